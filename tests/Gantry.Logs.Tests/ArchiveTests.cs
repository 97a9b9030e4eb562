using System.Text;
using Gantry.Agent.Logs;
using Gantry.Domain;
using Gantry.Linux.Pipes;
using Gantry.Logs.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace Gantry.Logs.Tests;

public sealed class ArchiveTests : IDisposable
{
    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task Compaction_OverTheHotBound_MovesWholeLinesToArchivesAndLosesNone()
    {
        var kept = new Kept(_scratch, options => options.HotBytesPerApp = 1 << 20);
        Write(kept.Spool("web-1"), 60_000);
        kept.Compact();
        kept.Compact();

        var archive = Assert.Single(kept.Archives.List(Kept.App));
        var archived = kept.Archives.Read(Kept.App, archive.Id)!.ToList();
        var hot = await kept.Tail(100_000);
        // The cut between both need not be between two lines.
        Assert.Equal(
            string.Concat(Enumerable.Range(0, 60_000).Select(Text)),
            string.Concat(archived.Select(line => line.Text)) + string.Concat(hot.Select(line => line.Text)));
        Assert.InRange(archived.Count, 1000, 59_000);
        Assert.True(archive.From <= archived[0].At && archive.To > archive.From && archive.Size > 0);
        Assert.Null(kept.Archives.Read(Kept.App, "../../x@0"));
        Assert.Null(kept.Archives.Read(new AppId("ap-2"), archive.Id));
    }

    [Fact]
    public void Archives_OverTheirBoundOrTooOld_GoOldestFirst()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var kept = new Kept(_scratch, options => (options.HotBytesPerApp, options.ArchiveBytesPerApp) = (0, 1 << 20), clock);
        for (var container = 0; container < 6; container++)
        {
            Write(kept.Spool("web-1", $"c{container}"), 20_000, end: true);
            foreach (var file in Directory.GetFiles(kept.Spool("web-1", $"c{container}"))) File.SetLastWriteTimeUtc(file, clock.GetUtcNow().UtcDateTime.AddMinutes(container - 10));
        }
        kept.Compact();

        var archives = kept.Archives.List(Kept.App);
        Assert.InRange(archives.Sum(archive => archive.Size), 1, 1 << 20);
        Assert.StartsWith("web-1.c5@", archives[0].Id);
        Assert.DoesNotContain(archives, archive => archive.Id.StartsWith("web-1.c0@"));
        clock.Advance(TimeSpan.FromDays(366));
        kept.Compact();
        Assert.Empty(kept.Archives.List(Kept.App));
    }

    [Fact]
    public void Host_ManyAppsOverItsBound_TheLargestGiveFirstAndItIsSaid()
    {
        var directory = _scratch.Path("logs");
        var kept = new Kept(_scratch, options => (options.HotBytesPerApp, options.BytesPerHost) = (256 << 10, 4 << 20));
        for (var app = 0; app < 10; app++)
            Write(AppLogPaths.Spool(directory, new AppId($"ap-{app}"), "web-1", new ContainerId("c1")), app == 0 ? 100 : 20_000, end: true);
        kept.Compact();

        Assert.InRange(Shell.Run($"du -sb {directory}").Split('\t')[0].Length, 1, 7);
        Assert.InRange(kept.Disk.Status.Bytes, 1, 4 << 20);
        Assert.True(kept.Disk.Status.DeletedEarly > 1 << 20);
        Assert.Contains("were deleted early, from the apps that took most", kept.Disk.Status.Trouble);
        Assert.NotEmpty(SpoolFiles.List(AppLogPaths.Spool(directory, new AppId("ap-0"), "web-1", new ContainerId("c1"))));
        kept.Compact();
        Assert.Null(kept.Disk.Status.Trouble);
    }

    [Fact]
    public async Task Host_DiskIsFilledByOthers_LogsMakeRoomAndWritersGoOn()
    {
        var disk = _scratch.Mount("ext4", 24);
        var kept = new Kept(_scratch, options => (options.Directory, options.HotBytesPerApp, options.BytesPerHost) = (disk + "/logs", 1 << 20, 1L << 40));
        Write(kept.Spool("web-1", "old"), 80_000, end: true);
        kept.Compact();
        Shell.Run($"dd if=/dev/zero of={disk}/ballast bs=64k status=none || true; dd if=/dev/zero of={disk}/rest bs=1k status=none || true");
        using var pump = new PumpThread(_scratch);
        pump.Add("c", _scratch.Path("fifo"), kept.Spool("web-1"));
        Shell.Run($"seq -w 1 100000 > {_scratch.Path("fifo")}");
        kept.Compact();

        Assert.True(kept.Disk.Status.DeletedEarly > 0);
        Assert.NotNull(kept.Disk.Status.Trouble);
        await Until.TrueAsync(() => pump.Reports.Any(report => report.Contains("written again")), "there is room for lines again");
        Shell.Run($"echo again > {_scratch.Path("fifo")}");
        pump.Complete("c");
        Assert.Equal("again", (await kept.Tail(1))[0].Text);
    }

    [Fact]
    public async Task Host_DiskIsFilledByOthers_SmallLogsStayWhole()
    {
        var disk = _scratch.Mount("ext4", 24);
        var kept = new Kept(_scratch, options => options.Directory = disk + "/logs");
        Write(kept.Spool("web-1", "old"), 1000, end: true);
        kept.Compact();
        Shell.Run($"dd if=/dev/zero of={disk}/ballast bs=64k status=none || true; dd if=/dev/zero of={disk}/rest bs=1k status=none || true");
        kept.Compact();

        Assert.Equal(0, kept.Disk.Status.DeletedEarly);
        Assert.Null(kept.Disk.Status.Trouble);
        Assert.Equal(1000, (await kept.Tail(2000)).Count);
    }

    private static string Text(int line) => $"{line} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(BitConverter.GetBytes(line)))}";

    private static void Write(string spool, int lines, bool end = false)
    {
        using var writer = new SpoolWriter(spool, new SpoolLimits { SegmentBytes = 128 << 10, SpoolBytes = 1L << 40 }, TimeProvider.System);
        for (var i = 0; i < lines; i++) writer.Write(Encoding.ASCII.GetBytes(Text(i) + "\n"), DateTimeOffset.UtcNow);
        if (end) Assert.True(writer.TryComplete());
    }
}
