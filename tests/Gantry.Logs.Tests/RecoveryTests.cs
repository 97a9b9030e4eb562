using System.Text;
using Gantry.Linux.Pipes;
using Gantry.Logs.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace Gantry.Logs.Tests;

public sealed class RecoveryTests : IDisposable
{
    private readonly Scratch _scratch = new();
    private readonly Kept _kept;

    public RecoveryTests() => _kept = new Kept(_scratch);

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData(-32)]
    [InlineData(-15)]
    [InlineData(20)]
    [InlineData(64)]
    public async Task Recovery_IndexTornOrShort_BytesCount(int change)
    {
        Write("one\n");
        Write("two\n");
        var index = SpoolFiles.Path(_kept.Spool("web-1"), 0, SpoolFiles.Index);
        using (var file = File.OpenWrite(index)) file.SetLength(file.Length + change);
        Write("three\n");

        Assert.Equal(["one", "two", "three"], (await _kept.Tail(10)).Select(line => line.Text));
    }

    [Fact]
    public async Task Recovery_PowerCutTookBytes_IndexForgetsThem()
    {
        Write("one\n");
        Write("two\n");
        using (var file = File.OpenWrite(SpoolFiles.Path(_kept.Spool("web-1"), 0, SpoolFiles.Data))) file.SetLength(5);
        Write("three\n");

        Assert.Equal(["one", "tthree"], (await _kept.Tail(10)).Select(line => line.Text));
    }

    [Fact]
    public async Task Recovery_KilledWhileDiskWasFull_LossIsFinal()
    {
        Write("one\n");
        using (var segment = SpoolSegment.Open(_kept.Spool("web-1"), 0))
            segment.Append(new SpoolRecord(SpoolMark.LossOpen, 4, segment.Last!.Value.UnixNanoseconds, LossReason.DiskFull, 700, 7));
        await using var follower = new Collector(_kept.Log);
        Write("two\n");

        await follower.UntilCount(2);
        Assert.Equal(["-- 7 lines / 700 bytes were not kept: the disk was full --", "two"], follower.Lines.Select(line => line.Text));
    }

    [Fact]
    public async Task Writer_ClockIsSetBack_TimeDoesNotRunBackwards()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
        using (var writer = new SpoolWriter(_kept.Spool("web-1"), new SpoolLimits(), clock)) writer.Write("one\n"u8, clock.GetUtcNow());
        Write("two\n");

        var lines = await _kept.Tail(10);
        Assert.Equal(clock.GetUtcNow(), lines[1].At);
        Assert.Equal("two", lines[1].Text);
    }

    private void Write(string text)
    {
        using var writer = new SpoolWriter(_kept.Spool("web-1"), new SpoolLimits(), TimeProvider.System);
        writer.Open();
        writer.Write(Encoding.UTF8.GetBytes(text), DateTimeOffset.UtcNow);
    }
}
