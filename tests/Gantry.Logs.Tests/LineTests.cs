using System.Text;
using Gantry.Agent.Logs;
using Gantry.Logs.Tests.Support;

namespace Gantry.Logs.Tests;

public sealed class LineTests : IDisposable
{
    private readonly Scratch _scratch = new();
    private readonly Kept _kept;

    public LineTests() => _kept = new Kept(_scratch);

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData("plain\ttext", "plain\ttext")]
    [InlineData("grün 🚀", "grün 🚀")]
    [InlineData("\x1b[31mred\x1b[0m", "\x1b[31mred\x1b[0m")]
    [InlineData("\x1b[1;38;5;9mred", "\x1b[1;38;5;9mred\x1b[0m")]
    [InlineData("\x1b[31mred\x1b[m", "\x1b[31mred\x1b[m")]
    [InlineData("\x1b[2J\x1b]0;title\x07", "␛[2J␛]0;title␇")]
    [InlineData("\x1b", "␛")]
    [InlineData("\x1b[31", "␛[31")]
    [InlineData("10%\r20%\b", "10%␍20%␈")]
    [InlineData("\u009b31m\x7f", "\uFFFD31m␡")]
    public void Text_ControlCharacters_AreMadeVisible(string written, string shown) =>
        Assert.Equal(shown, LineText.Clean(Encoding.UTF8.GetBytes(written)));

    [Fact]
    public void Text_NoUtf8_IsReplaced() => Assert.Equal("a\uFFFDb", LineText.Clean([(byte)'a', 0xFF, (byte)'b']));

    [Fact]
    public void Format_Line_HasNineDigitsAndItsSource() => Assert.Equal(
        "2015-02-16 02:02:43.930163100 +0000 UTC [web-1] text",
        LogLineFormat.Format(new LogLine(DateTimeOffset.Parse("2015-02-16T03:02:43.9301631+01:00"), "web-1", "text")));

    [Fact]
    public async Task Pump_MegabyteLines_AreSplitAtTheStatedLengthBetweenCharacters()
    {
        Pump("head -c 1048576 /dev/zero | tr '\\0' x; echo; head -c 70000 /dev/zero | sed 's/\\x0/é/g'; echo; echo short");

        var lines = (await _kept.Tail(100)).Select(line => line.Text).ToList();
        Assert.Equal(Enumerable.Repeat(65536, 16), lines.Take(16).Select(text => text.Length));
        Assert.Equal([32768, 32768, 4464], lines.Skip(16).Take(3).Select(text => text.Length));
        Assert.All(lines.Skip(16).Take(3), text => Assert.DoesNotContain('\uFFFD', text));
        Assert.Equal("short", Assert.Single(lines.Skip(19)));
    }

    [Fact]
    public async Task Pump_CharacterAcrossTheCut_StaysWhole()
    {
        Pump("printf a; head -c 40000 /dev/zero | sed 's/\\x0/é/g'; echo");

        var lines = (await _kept.Tail(100)).Select(line => line.Text).ToList();
        Assert.Equal([32768, 7233], lines.Select(text => text.Length));
        Assert.DoesNotContain('\uFFFD', string.Concat(lines));
    }

    [Fact]
    public async Task Pump_Binary_IsKeptAsItIsAndShownSafely()
    {
        Pump($"head -c 3000000 /dev/urandom | tee {_scratch.Path("sent")}");

        Assert.Equal(await File.ReadAllBytesAsync(_scratch.Path("sent"), TestContext.Current.CancellationToken), Kept.Bytes(_kept.Spool("web-1")));
        var lines = await _kept.Tail(100_000);
        Assert.NotEmpty(lines);
        Assert.DoesNotContain(lines, line => line.Text.Any(c => char.IsControl(c) && c is not ('\t' or '\x1b')));
    }

    [Fact]
    public async Task Pump_CarriageReturns_EndWithTheLine()
    {
        Pump("printf 'dos\\r\\n\\nunix\\n'");

        Assert.Equal(["dos", "", "unix"], (await _kept.Tail(10)).Select(line => line.Text));
    }

    private void Pump(string script)
    {
        using var pump = new PumpThread(_scratch);
        pump.Add("c", _scratch.Path("fifo"), _kept.Spool("web-1"));
        Shell.Run($"({script}) > {_scratch.Path("fifo")}");
        pump.Complete("c");
    }
}
