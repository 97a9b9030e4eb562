using Gantry.Agent.Runtime;
using Gantry.Agent.Runtime.Native;
using Gantry.Agent.Tests.Support;
using Gantry.Linux.Supervision;
using Microsoft.Extensions.DependencyInjection;

namespace Gantry.Agent.Tests.Runtime;

/// <summary>What the native runtime promises beyond the port: its supervisor may die, and each container has ids of its own.</summary>
public sealed class SupervisorTests(TestHost host)
{
    private static CancellationToken Token => TestHost.Token;

    [Fact]
    public async Task Start_OfWhatCannotStart_SaysWhyAndLeavesNothing()
    {
        var spec = host.Spec("true") with { WorkingDirectory = "/nowhere" };
        var error = await Assert.ThrowsAsync<RuntimeException>(() => host.Runtime.StartAsync(spec, Token));
        Assert.Contains("/nowhere", error.Message);
        Assert.DoesNotContain(await host.Runtime.ListAsync(Token), s => s.Id == spec.Id);
    }

    [Fact]
    public async Task Start_WithImpossibleLimits_LeavesNoControlGroup()
    {
        var spec = host.Spec("true");
        spec = spec with { Limits = spec.Limits with { MemoryBytes = 1 } };
        await Assert.ThrowsAsync<RuntimeException>(() => host.Runtime.StartAsync(spec, Token));
        Assert.Equal("", await Shell.RunAsync($"find /sys/fs/cgroup -name {spec.Id}"));
        Assert.False(Directory.Exists($"{host.Data}/containers/{spec.Id}"));
    }

    [Fact]
    public async Task Container_HasAnIdRangeOfItsOwn()
    {
        var (_, output) = await host.RunAsync("cat /proc/self/uid_map");
        Assert.Matches(@"^\s+0\s+[1-9]\d{8,}\s+65536\n$", output);
    }

    [Fact]
    public async Task Containers_ThatRun_AreInNoMountTableButTheirOwn()
    {
        var before = Mounts(await host.SettledAsync());
        var specs = Enumerable.Range(0, 3).Select(_ => host.Spec("echo kept > /app/f; echo too > /tmp/f; sleep 1000")).ToList();
        foreach (var spec in specs)
            await host.Runtime.StartAsync(spec, Token);
        // Those of the pool are as many, once it has filled again.
        await Until.TrueAsync(async () => Mounts(await host.SnapshotAsync()) == before, "The mounts of containers stay in the supervisor's namespace.");

        await Until.TrueAsync(async () => File.Exists(await host.Runtime.HostPathAsync(specs[0].Id, "/tmp/f", Token)), "It never wrote.");
        var paths = new[] { await host.Runtime.HostPathAsync(specs[0].Id, "/app/f", Token), await host.Runtime.HostPathAsync(specs[0].Id, "/tmp/f", Token) };
        await host.Runtime.SignalAsync(specs[0].Id, 9, Token);
        await host.Runtime.WaitAsync(specs[0].Id, Token);
        Assert.Equal(["kept\n", "too\n"], paths.Select(File.ReadAllText));
        foreach (var spec in specs)
            await host.Runtime.RemoveAsync(spec.Id, Token);
        Assert.All(paths, path => Assert.False(File.Exists(path)));

        static string Mounts(string snapshot) => snapshot.Split('\n').Single(line => line.StartsWith("inner mounts", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Supervisor_ThatIsKilled_LosesNoContainerAndNoExitCode()
    {
        var spec = host.Spec("echo before; while [ ! -e /tmp/go ]; do sleep 0.05; done; echo after; exit 6");
        var before = await host.Runtime.StartAsync(spec, Token);
        await KillSupervisorAsync();
        var after = (await host.Runtime.ListAsync(Token)).Single(s => s.Id == spec.Id);
        Assert.Equal(before, after);
        await File.WriteAllTextAsync(Path.Combine(await host.Runtime.HostPathAsync(spec.Id, "/tmp", Token), "go"), "", Token);
        var end = await host.Runtime.WaitAsync(spec.Id, Token);
        Assert.Equal(6, end.ExitCode);
        Assert.Equal("before\nafter\n", host.Output(spec));
        await host.Runtime.RemoveAsync(spec.Id, Token);
    }

    [Fact]
    public async Task Container_ThatEndsWhileTheSupervisorIsDown_IsToldAsEnded()
    {
        var spec = host.Spec("while [ ! -e /tmp/go ]; do sleep 0.05; done; echo last words");
        await host.Runtime.StartAsync(spec, Token);
        await KillSupervisorAsync();
        await Shell.RunAsync($"touch /proc/$(cat {host.Data}/containers/{spec.Id}/pid)/root/tmp/go");
        await Until.TrueAsync(async () => (await Shell.RunAsync($"cat /sys/fs/cgroup/*/{host.Name}/{spec.Id}/cgroup.procs /sys/fs/cgroup/{host.Name}/{spec.Id}/cgroup.procs 2>/dev/null || true")).Length == 0, "It never ended.");
        var status = Assert.Single(await host.Runtime.ListAsync(Token), s => s.Id == spec.Id);
        Assert.Equal(RuntimeState.Exited, status.State);
        Assert.Contains("supervisor was down", status.ExitReason);
        Assert.Equal("last words\n", host.Output(spec));
        await host.Runtime.RemoveAsync(spec.Id, Token);
    }

    [Fact]
    public async Task Call_OnALostConnectionWhoseEndWasNotReadYet_IsMadeOnANewOne()
    {
        var spec = host.Spec("exec sleep 100");
        var pid = await PidAsync();
        var link = host.Services.GetRequiredService<SupervisorLink>();
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var readOn = new ManualResetEventSlim();
        void Hold(ContainerRecord _)
        {
            told.TrySetResult();
            readOn.Wait(Token);
        }

        link.Changed += Hold;
        var start = host.Runtime.StartAsync(spec, Token);
        await told.Task.WaitAsync(Token);
        await KillSupervisorAsync(pid);
        var list = host.Runtime.ListAsync(Token);
        link.Changed -= Hold;
        readOn.Set();

        await list;
        Assert.Equal(spec.Id, (await start).Id);
        await host.Runtime.RemoveAsync(spec.Id, Token);
    }

    [Fact]
    public async Task Host_WithContainers_HasNoBoundOfOpenFilesThatOneOfThemCouldReach()
    {
        await host.RunAsync("true");
        Assert.Equal($"{long.MaxValue}", (await File.ReadAllTextAsync("/proc/sys/fs/file-max", Token)).Trim());
    }

    private async Task<int> PidAsync() => (await host.Services.GetRequiredService<IHostFacts>().GetAsync(Token)).SupervisorPid;

    private async Task KillSupervisorAsync() => await KillSupervisorAsync(await PidAsync());

    private static Task KillSupervisorAsync(int pid) =>
        Shell.RunAsync($"kill -9 {pid}; while kill -0 {pid} 2>/dev/null && ! grep -q '^State:.Z' /proc/{pid}/status; do sleep 0.01; done");
}
