using System.Globalization;
using Gantry.Agent.Logs;
using Gantry.Linux.Pipes;
using Gantry.Logs.Tests.Support;

namespace Gantry.Logs.Tests;

public sealed class DiskFullTests : IDisposable
{
    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData("tmpfs")]
    [InlineData("ext4")]
    public async Task DiskFull_WriterGoesOn_EveryLostLineIsCounted(string kind)
    {
        var disk = _scratch.Mount(kind, 8);
        var kept = new Kept(_scratch, options => options.Directory = disk);
        await File.WriteAllBytesAsync($"{disk}/ballast", new byte[3 << 20], TestContext.Current.CancellationToken);
        using var pump = new PumpThread(_scratch, new SpoolLimits { SegmentBytes = 512 << 10 });
        pump.Add("c", _scratch.Path("fifo"), kept.Spool("web-1"));

        // 'seq -w' makes lines of one length, so that bytes and lines can be told from each other.
        Shell.Run($"seq -w 1 1000000 > {_scratch.Path("fifo")}");
        // File systems find a few more blocks now and then, so that there may be several losses.
        await Until.TrueAsync(() => Notices(kept).Length > 0, "the loss is shown while the disk is still full");
        File.Delete($"{disk}/ballast");
        await Until.TrueAsync(() => pump.Reports.Count(report => report.Contains("written again")) > 0, "the log is written again");
        Shell.Run($"seq -w 1000001 1000100 > {_scratch.Path("fifo")}");
        pump.Complete("c");

        var lines = await kept.Tail(2_000_000);
        var numbers = lines.Where(line => line.Text.Length == 7).Select(line => int.Parse(line.Text, CultureInfo.InvariantCulture)).ToList();
        var lost = Notices(kept).Select(Counts).ToList();
        Assert.Equal(1_000_100, numbers.Count + lost.Sum(loss => loss.Lines));
        var cut = lines.Where(line => line.Text.Length < 7).Sum(line => line.Text.Length);
        Assert.Equal(1_000_100 * 8, numbers.Count * 8 + cut + lost.Sum(loss => loss.Bytes));
        Assert.Equal(numbers.Distinct().Order(), numbers);
        Assert.Equal(Enumerable.Range(1_000_001, 100), numbers.TakeLast(100));
        Assert.Contains("No space left", pump.Reports.First());
    }

    [Theory]
    [InlineData("tmpfs", false)]
    [InlineData("tmpfs", true)]
    [InlineData("ext4", false)]
    [InlineData("ext4", true)]
    public async Task DiskFull_AfterHoweverManyWrites_LossIsShownMeanwhile(string kind, bool endsSegment)
    {
        var disk = _scratch.Mount(kind, 8);
        var kept = new Kept(_scratch, options => options.Directory = disk);
        SpoolLimits Limits(int count) => endsSegment ? new SpoolLimits { SegmentBytes = count * "line\n".Length } : new SpoolLimits();
        var writers = Enumerable.Range(110, 25).Select(count => (Count: count, Writer: new SpoolWriter(kept.Spool($"web-{count}"), Limits(count), TimeProvider.System))).ToList();
        // Each write adds to the index, whose blocks have to be there before the disk is full.
        foreach (var (count, writer) in writers)
            for (var i = 0; i < count; i++) writer.Write("line\n"u8, DateTimeOffset.UtcNow);
        Fill(disk);
        var more = System.Text.Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("lost\n", 20_000)));
        foreach (var (_, writer) in writers) writer.Write(more, DateTimeOffset.UtcNow);

        var shown = (await kept.Tail(2_000_000)).Where(line => line.Text.StartsWith("-- ")).Select(line => line.Source).Order();
        foreach (var (_, writer) in writers) writer.Dispose();
        Assert.Equal(writers.Select(w => $"web-{w.Count}").Order(), shown);
    }

    [Fact]
    public async Task DiskFull_ContainerFallsSilent_FollowerIsToldOnceThereIsRoom()
    {
        var disk = _scratch.Mount("tmpfs", 2);
        var kept = new Kept(_scratch, options => options.Directory = disk);
        using var pump = new PumpThread(_scratch, new SpoolLimits { SegmentBytes = 512 << 10 });
        pump.Add("c", _scratch.Path("fifo"), kept.Spool("web-1"));
        Shell.Run($"dd if=/dev/zero of={disk}/ballast bs=64k status=none || true");
        await using var follower = new Collector(kept.Log);
        Shell.Run($"seq -w 1 100000 > {_scratch.Path("fifo")}");
        await Until.TrueAsync(() => pump.Reports.Count(report => report.Contains("discarded")) > 0, "the disk is full");
        File.Delete($"{disk}/ballast");

        await Until.TrueAsync(() => follower.Lines.Any(line => line.Text.EndsWith("the disk was full --")), "the follower sees the loss");
    }

    [Fact]
    public async Task DiskFull_BeforeTheContainerStarts_ItsLaterLinesAreKept()
    {
        var disk = _scratch.Mount("ext4", 4);
        var kept = new Kept(_scratch, options => options.Directory = disk);
        Fill(disk);
        using var pump = new PumpThread(_scratch);
        pump.Add("c", _scratch.Path("fifo"), kept.Spool("web-1"));
        Shell.Run($"seq -w 1 100000 > {_scratch.Path("fifo")}");
        File.Delete($"{disk}/ballast");
        await Until.TrueAsync(() => pump.Reports.Count(report => report.Contains("written again")) > 0, "the log is written again");
        Shell.Run($"echo again > {_scratch.Path("fifo")}");
        pump.Complete("c");

        Assert.Equal(["-- 100000 lines / 700000 bytes were not kept: the disk was full --", "again"], (await kept.Tail(10)).Select(line => line.Text));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task DiskFull_ContainerIsStartedAnewBeforeItsFirstLogCouldEnd_NoneOfBothIsForgotten(bool hadItsLog)
    {
        var disk = _scratch.Mount("ext4", 4);
        var kept = new Kept(_scratch, options => options.Directory = disk);
        using var pump = new PumpThread(_scratch, new SpoolLimits { RetryAfter = TimeSpan.FromMilliseconds(1) });
        if (hadItsLog) pump.Add("c", _scratch.Path("fifo"), kept.Spool("web-1"));
        Fill(disk);
        if (!hadItsLog) pump.Add("c", _scratch.Path("fifo"), kept.Spool("web-1"));
        Shell.Run($"seq -w 1 100000 > {_scratch.Path("fifo")}");
        pump.Complete("c");
        pump.Add("c", _scratch.Path("fifo"), kept.Spool("web-1"));
        File.Delete($"{disk}/ballast");
        await Until.TrueAsync(() => pump.Reports.Any(report => report.Contains("written again")), "the log is written again");
        Shell.Run($"echo again > {_scratch.Path("fifo")}");
        pump.Complete("c");
        kept.Compact();

        Assert.Equal(["-- 100000 lines / 700000 bytes were not kept: the disk was full --", "again"], (await kept.Tail(10)).Select(line => line.Text));
    }

    /// <summary>Files take the blocks, then the last few bytes go too.</summary>
    private static void Fill(string disk) =>
        Shell.Run($"dd if=/dev/zero of={disk}/ballast bs=64k status=none || true; dd if=/dev/zero of={disk}/rest bs=1k status=none || true");

    private static string[] Notices(Kept kept) =>
        [.. kept.Tail(2_000_000).GetAwaiter().GetResult().Select(line => line.Text).Where(text => text.StartsWith("-- "))];

    private static (long Lines, long Bytes) Counts(string notice)
    {
        var words = notice.Split(' ');
        return (long.Parse(words[1], CultureInfo.InvariantCulture), long.Parse(words[4], CultureInfo.InvariantCulture));
    }
}
