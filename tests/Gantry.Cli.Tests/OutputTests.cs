using Gantry.Cli.CommandLine;
using Gantry.Cli.Output;

namespace Gantry.Cli.Tests;

public sealed class OutputTests
{
    private const string Address = "http://an-app-with-a-rather-long-name.apps.localhost:8080";
    private readonly StringWriter _out = new() { NewLine = "\n" };
    private readonly StringWriter _error = new() { NewLine = "\n" };

    [Fact]
    public void Table_LastColumnOfSeveralWords_IsWrappedBetweenWords()
    {
        new Printer(Terminal(40), OutputFormat.Table).Table(["Name", "Meaning"], [["one", "a sentence that is longer than the terminal is wide"]]);
        Assert.Contains("╭", _out.ToString());
        Assert.All(Lines, line => Assert.True(line.Length <= 40, line));
        foreach (var word in "a sentence that is longer than the terminal is wide".Split(' '))
            Assert.Contains($" {word} ", _out.ToString());
    }

    [Theory]
    [InlineData("Name", "Address")]
    [InlineData("Address", "Name")]
    public void Table_TooNarrowForAWord_IsPlainAndTheWordWhole(string first, string last)
    {
        new Printer(Terminal(60), OutputFormat.Table).Table([first, last], [[first == "Address" ? Address : "my-app", last == "Address" ? Address : "my-app"]]);
        Assert.DoesNotContain("│", _out.ToString());
        Assert.Contains(Address, _out.ToString());
    }

    [Theory]
    [InlineData(80)]
    [InlineData(120)]
    public void ProgressBar_LongestLine_FitsTheTerminal(int width)
    {
        const long total = 1023L << 20;
        using (var bar = new ProgressBar(Terminal(width) with { Time = new Hasty() }, "Uploading", total))
            bar.Report(total - 1);
        var line = _error.ToString().Trim().Replace("\e[K", "", StringComparison.Ordinal);
        Assert.EndsWith("MiB/s", line);
        Assert.InRange(line.Length, 1, width - 1);
    }

    private IEnumerable<string> Lines => _out.ToString().Split('\n').Select(line => System.Text.RegularExpressions.Regex.Replace(line, "\e\\[[0-9;]*m", ""));

    private Shell Terminal(int width) => new()
    {
        Out = _out,
        Error = _error,
        RawIn = Stream.Null,
        RawOut = Stream.Null,
        OutIsTerminal = true,
        ErrorIsTerminal = true,
        Width = width,
        Variable = _ => null,
        WorkingDirectory = "/",
    };

    /// <summary>A second between any two looks.</summary>
    private sealed class Hasty : TimeProvider
    {
        private long _looks;

        public override long GetTimestamp() => ++_looks * TimestampFrequency;
    }
}
