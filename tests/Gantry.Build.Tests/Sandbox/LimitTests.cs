using System.Diagnostics;
using System.Threading.Channels;
using Gantry.Conformance;
using Xunit;

namespace Gantry.Build.Tests.Sandbox;

/// <summary>Builds that misbehave end with a sentence, and leave nothing.</summary>
[Collection("builds")]
public sealed class LimitTests(BuildHost host)
{
    private const long MiB = 1 << 20;

    private static readonly Dictionary<string, string> Source = new() { ["main.txt"] = "hello" };

    [Fact]
    public async Task NeverEnding_IsStoppedAtTheTimeLimit()
    {
        var build = await RunAsync("echo started; sleep 1000 & wait", o => o.TimeLimit = TimeSpan.FromSeconds(3));

        Assert.Contains("stopped after 3 seconds, the time limit", build.Failure, StringComparison.Ordinal);
        Assert.Contains("started\n", build.Output, StringComparison.Ordinal);
        await NothingIsLeftAsync(build);
    }

    [Fact]
    public async Task ForkBomb_IsContained()
    {
        var build = await RunAsync(":(){ :|:& };: ; wait; sleep 1000", o => (o.TimeLimit, o.Pids) = (TimeSpan.FromSeconds(4), 64));

        Assert.Contains("stopped after 4 seconds", build.Failure, StringComparison.Ordinal);
        await NothingIsLeftAsync(build);
    }

    [Fact]
    public async Task MemoryEater_IsToldTheLimit()
    {
        var build = await RunAsync("head -c 1G /dev/zero | tail", o => o.MemoryBytes = 128 * MiB);

        Assert.Contains("ran out of memory (limit 128 MiB)", build.Failure, StringComparison.Ordinal);
        await NothingIsLeftAsync(build);
    }

    [Fact]
    public async Task DiskFiller_IsToldTheLimit()
    {
        var build = await RunAsync("head -c 1G /dev/zero > $1/big", o => o.ScratchBytes = 64 * MiB);

        Assert.Contains("filled its disk (limit 64 MiB", build.Failure, StringComparison.Ordinal);
        await NothingIsLeftAsync(build);
    }

    [Fact]
    public async Task CacheFiller_IsToldTheLimit()
    {
        var build = await RunAsync("head -c 1G /dev/zero > $2/big", o => o.CacheBytes = 64 * MiB);

        Assert.Contains("filled its cache (limit 64 MiB)", build.Failure, StringComparison.Ordinal);
        await NothingIsLeftAsync(build);
    }

    [Fact]
    public async Task OutputFlood_IsCutInTheMiddleAndKeepsItsEnd()
    {
        var build = await RunAsync("seq 1 2000000; echo the last words", o => o.MaxOutputBytes = MiB);

        Assert.True(build.Result.IsSuccess, build.Result.Refusal?.ToString());
        Assert.Contains("longer than 1024 KiB", build.Output, StringComparison.Ordinal);
        Assert.Contains("bytes of output are left out", build.Output, StringComparison.Ordinal);
        Assert.Contains("2000000\nthe last words\n", build.Output, StringComparison.Ordinal);
        Assert.InRange(build.Output.Length, MiB, MiB + 100_000);
    }

    [Fact]
    public async Task Output_StreamsWhileTheBuildRuns()
    {
        var output = new Recorded();
        var gate = Path.Combine(host.Packs, "gate");
        var building = RunAsync("echo first; while [ ! -e /local-buildpacks/0/gate ]; do sleep 0.05; done; printf 'no line end'", _ => { }, output);

        await output.UntilAsync("first\n");
        File.WriteAllText(gate, "");
        Assert.Contains("no line end", (await building).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancelled_LeavesNothing()
    {
        using var cancel = new CancellationTokenSource();
        var output = new Recorded();
        var building = host.BuildAsync(Source, Pack("echo started; sleep 1000"), output: output, cancel: cancel);
        await output.UntilAsync("started\n");

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => building);
        Assert.Empty(await host.Runtime.ListAsync(CancellationToken.None));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(host.Data, "build")));
    }

    [Fact]
    public async Task Builds_MoreThanProcessors_RunAtOnce()
    {
        using var cancel = new CancellationTokenSource();
        var (builder, pack) = (host.Builder(_ => { }), Pack("echo started; sleep 1000"));
        var outputs = Enumerable.Range(0, Environment.ProcessorCount + 1).Select(_ => new Recorded()).ToList();
        var builds = outputs.Select(o => host.BuildAsync(Source, pack, output: o, cancel: cancel, builder: builder)).ToList();

        await Task.WhenAll(outputs.Select(o => o.UntilAsync("started\n")));

        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(builds));
    }

    [Fact]
    public async Task BackgroundProcesses_DoNotOutliveTheBuild()
    {
        var clock = Stopwatch.StartNew();
        var build = await RunAsync("(sleep 1000; echo never) & echo done", _ => { });

        Assert.True(build.Result.IsSuccess, build.Result.Refusal?.ToString());
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(60));
        // After a success this goes on beside.
        await Until.TrueAsync(async () => (await host.Runtime.ListAsync(CancellationToken.None)).All(c => c.Id != build.Id), "The build's container was never removed.");
        await NothingIsLeftAsync(build);
    }

    [Fact]
    public async Task BuildFolder_ReplacedByALink_PacksNothingOfTheHost()
    {
        var build = await RunAsync("cd /; rm -rf $1; ln -s /etc $1", _ => { });

        Assert.Contains("nothing to pack", build.Failure, StringComparison.Ordinal);
        await NothingIsLeftAsync(build);
    }

    [Fact]
    public async Task TooLargeLayer_IsRefused()
    {
        var build = await RunAsync("head -c 4M /dev/urandom > $1/noise", o => o.MaxLayerBytes = MiB);

        Assert.Contains("larger than 1048576 bytes", build.Failure, StringComparison.Ordinal);
        await NothingIsLeftAsync(build);
    }

    [Fact]
    public async Task HostDiskFullWhileTheImageIsWritten_IsSaidAndKeepsNothing()
    {
        using var disk = new SmallDisk(kibibytes: 2048);

        var failure = await Assert.ThrowsAsync<BuildException>(
            () => host.BuildAsync(Source, Pack("head -c 4M /dev/urandom > $1/noise"), builder: host.Builder(_ => { }, disk.Path)));

        Assert.Contains("The disk of this host is full", failure.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(disk.Path, "*", SearchOption.AllDirectories));
        Assert.Empty(await host.Runtime.ListAsync(CancellationToken.None));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(host.Data, "build")));
    }

    [Fact]
    public async Task Privileges_AreNone()
    {
        var build = await RunAsync("grep -E 'CapEff|NoNewPrivs|Seccomp:' /proc/self/status; touch /usr/x 2>&1; touch /buildpacks/x 2>&1; cat /source/source.tar > /dev/null && echo readable", _ => { });

        Assert.Contains("CapEff:\t0000000000000000", build.Output, StringComparison.Ordinal);
        Assert.Contains("NoNewPrivs:\t1", build.Output, StringComparison.Ordinal);
        Assert.Contains("Seccomp:\t2", build.Output, StringComparison.Ordinal);
        Assert.Contains("touch: cannot touch '/usr/x'", build.Output, StringComparison.Ordinal);
        Assert.Contains("touch: cannot touch '/buildpacks/x'", build.Output, StringComparison.Ordinal);
        Assert.Contains("readable", build.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task InterruptedBuild_IsSweptAtTheNextStart()
    {
        var id = await host.InterruptAsync();

        await host.SweepAsync();

        Assert.DoesNotContain(await host.Runtime.ListAsync(CancellationToken.None), c => c.Id == id);
        Assert.False(Directory.Exists(Path.Combine(host.Data, "build", id.Value)));
    }

    private Task<Build> RunAsync(string compile, Action<BuildOptions> configure, IBuildOutput? output = null) =>
        host.BuildAsync(Source, Pack(compile), configure: configure, output: output);

    private Dictionary<string, string> Pack(string compile) => new() { ["BUILDPACK_URL"] = host.Pack($"pack-{Guid.NewGuid():N}", compile) };

    private async Task NothingIsLeftAsync(Build build)
    {
        Assert.DoesNotContain(await host.Runtime.ListAsync(CancellationToken.None), c => c.Id == build.Id);
        Assert.False(Directory.Exists(Path.Combine(host.Data, "build", build.Id.Value)));
    }

    /// <summary>Lets a test wait for words of the output.</summary>
    private sealed class Recorded : IBuildOutput
    {
        private readonly Channel<string> _parts = Channel.CreateUnbounded<string>();

        public ValueTask WriteAsync(string text, CancellationToken token) => _parts.Writer.WriteAsync(text, token);

        public async Task UntilAsync(string words)
        {
            using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            var text = "";
            while (!text.Contains(words, StringComparison.Ordinal))
                text += await _parts.Reader.ReadAsync(deadline.Token);
        }
    }
}
