using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Gantry.Linux.Pipes;
using Gantry.Logs.Tests.Support;
using Microsoft.Win32.SafeHandles;

namespace Gantry.Logs.Tests;

public sealed partial class PumpTests : IDisposable
{
    private readonly Scratch _scratch = new();
    private readonly Kept _kept;

    public PumpTests() => _kept = new Kept(_scratch);

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Pump_ManyRotations_KeepsEveryByteInOrder()
    {
        using var pump = new PumpThread(_scratch, new SpoolLimits { SegmentBytes = 256 << 10, SpoolBytes = 1L << 40 });
        pump.Add("c", _scratch.Path("fifo"), _kept.Spool("web-1"));
        var sum = Shell.Run($"head -c 30000000 /dev/urandom | base64 -w 99 | tee {_scratch.Path("fifo")} | sha256sum")[..64];
        pump.Complete("c");

        Assert.True(SpoolFiles.List(_kept.Spool("web-1")).Count > 100);
        Assert.Equal(sum, Convert.ToHexStringLower(SHA256.HashData(Kept.Bytes(_kept.Spool("web-1")))));
    }

    [Fact]
    public async Task Pump_ProcessDiesAtOnce_KeepsItsLastWords()
    {
        using var pump = new PumpThread(_scratch);
        pump.Add("c", _scratch.Path("fifo"), _kept.Spool("web-1"));
        // On the loop itself, so that the pump has had no turn when it is told that the process is dead.
        pump.Do(() =>
        {
            Shell.Run($"sh -c 'printf \"first\\nlast words\"; kill -9 $$' > {_scratch.Path("fifo")} || true");
            pump.Pump.Complete("c");
        });

        Assert.Equal(["first", "last words"], (await _kept.Tail(10)).Select(line => line.Text));
    }

    [Fact]
    public async Task Pump_KilledTwentyTimes_LosesAndDoublesNothing()
    {
        var (fifo, spool) = (_scratch.Path("fifo"), _kept.Spool("web-1"));
        // Held open as a container's side does: what is in the FIFO lives as long as the container.
        using var container = Fifo.Open(fifo);
        using var writer = Shell.Start(
            $"i=0; while [ ! -e {_scratch.Path("stop")} ]; do echo \"line $i of a numbered stream\"; i=$((i+1)); done 1<>{fifo}; echo $i");
        for (var kill = 0; kill < 20; kill++)
        {
            using var pump = PumpProcess.Start(fifo, spool);
            Assert.Equal("pumping", await pump.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
            await Task.Delay(Random.Shared.Next(60), TestContext.Current.CancellationToken);
            pump.Kill();
            await pump.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
        await File.WriteAllTextAsync(_scratch.Path("stop"), "", TestContext.Current.CancellationToken);
        using (var last = new PumpThread(_scratch, new SpoolLimits { SpoolBytes = 1L << 40 }))
        {
            last.Add("c", fifo, spool);
            await writer.WaitForExitAsync(TestContext.Current.CancellationToken);
            last.Complete("c");
        }

        var count = int.Parse(await writer.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken));
        var lines = Encoding.ASCII.GetString(Kept.Bytes(spool)).Split('\n')[..^1];
        Assert.True(count > 10_000, $"only {count} lines were written");
        Assert.Equal(count, lines.Length);
        for (var i = 0; i < count; i++) Assert.Equal($"line {i} of a numbered stream", lines[i]);
        Assert.Equal(lines, (await _kept.Tail(count + 10)).Select(line => line.Text));
    }

    [Fact]
    public async Task Pump_GigabyteWriter_StaysBoundedAndKeepsTheNewest()
    {
        var limits = new SpoolLimits { SegmentBytes = 1 << 20, SpoolBytes = 8 << 20 };
        using var pump = new PumpThread(_scratch, limits);
        pump.Add("c", _scratch.Path("fifo"), _kept.Spool("web-1"));
        long largest = 0;
        using (var writer = Shell.Start($"(yes 0123456789012345678901234567890123456789 | head -c 200000000; echo; echo the end) > {_scratch.Path("fifo")}"))
            while (!writer.HasExited) largest = Math.Max(largest, SpoolFiles.List(_kept.Spool("web-1")).Sum(file => file.Bytes));
        pump.Complete("c");

        Assert.InRange(largest, 4 << 20, limits.SpoolBytes);
        Assert.Equal("the end", (await _kept.Tail(1))[0].Text);
    }

    [Fact]
    public async Task Pump_OneFloodsAndOneSpeaks_TheOtherIsHeardSoon()
    {
        using var pump = new PumpThread(_scratch, new SpoolLimits { SpoolBytes = 12 << 20 });
        pump.Add("loud", _scratch.Path("loud"), _kept.Spool("web-1"));
        pump.Add("quiet", _scratch.Path("quiet"), _kept.Spool("web-2", "c2"));
        using var flood = Shell.Start($"exec yes > {_scratch.Path("loud")}");
        try
        {
            await Until.TrueAsync(() => SpoolFiles.List(_kept.Spool("web-1")).Any(file => file.Start > 0), "a rotation of the loud one");
            await using var follower = new Collector(_kept.Log, "web-2");
            var watch = System.Diagnostics.Stopwatch.StartNew();
            Shell.Run($"echo hello > {_scratch.Path("quiet")}");
            await follower.UntilCount(1);
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(2 * Until.Patience), $"heard after {watch.Elapsed}");
        }
        finally
        {
            flood.Kill();
        }
    }

    [Fact]
    public void Pump_SecondOneOnTheSameSpool_IsRefused()
    {
        using var first = new PumpThread(_scratch);
        using var second = new PumpThread(_scratch);
        first.Add("c", _scratch.Path("fifo"), _kept.Spool("web-1"));

        Assert.Throws<SpoolBusyException>(() => second.Add("c", _scratch.Path("fifo"), _kept.Spool("web-1")));
    }

    /// <summary>Until it runs its own program, a child has all that its parent had open when it was forked.</summary>
    [Fact]
    public void Pump_AddedAgain_WhileAForkedChildStillHasTheLogOpen_GoesOn()
    {
        using var pump = new PumpThread(_scratch);
        pump.Add("c", _scratch.Path("fifo"), _kept.Spool("web-1"));
        var open = Directory.GetFiles("/proc/self/fd").Where(f => File.ResolveLinkTarget(f, false)?.FullName.StartsWith(_kept.Spool("web-1"), StringComparison.Ordinal) == true);
        var inherited = open.Select(f => new SafeFileHandle(Duplicate(int.Parse(Path.GetFileName(f), null)), ownsHandle: true)).ToList();
        Assert.NotEmpty(inherited);
        pump.Complete("c");

        pump.Add("c", _scratch.Path("fifo"), _kept.Spool("web-1"));
        inherited.ForEach(f => f.Dispose());
    }

    [Fact]
    public async Task Pump_AddedAgainAfterItsEnd_GoesOnBehindIt()
    {
        using var pump = new PumpThread(_scratch);
        // The first start failed before the container said anything.
        foreach (var word in new[] { "", "one", "two" })
        {
            pump.Add("c", _scratch.Path("fifo"), _kept.Spool("web-1"));
            Shell.Run($"printf '{word}' > {_scratch.Path("fifo")}");
            pump.Complete("c");
            _kept.Compact();
        }

        Assert.Equal(["one", "two"], (await _kept.Tail(10)).Select(line => line.Text));
    }

    [Fact]
    public void Fifo_ReopenedByAnotherUser_CanBeWrittenButNotRead()
    {
        using var fifo = Fifo.Open(_scratch.Path("fifo"));

        Assert.Equal("622", Shell.Run($"stat -c %a {_scratch.Path("fifo")}").Trim());
        Assert.Equal(1 << 20, fifo.Capacity);
    }

    [LibraryImport("libc", EntryPoint = "dup", SetLastError = true)]
    private static partial int Duplicate(int fd);
}
