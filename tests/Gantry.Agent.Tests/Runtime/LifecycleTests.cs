using Gantry.Agent.Runtime;
using Gantry.Agent.Tests.Support;
using Gantry.Domain;
using Microsoft.Extensions.DependencyInjection;

namespace Gantry.Agent.Tests.Runtime;

public sealed class LifecycleTests(TestHost host)
{
    private static CancellationToken Token => TestHost.Token;

    [Fact]
    public async Task Start_Repeated_DoesNothing()
    {
        var spec = host.Spec("sleep 60");
        var first = await host.Runtime.StartAsync(spec, Token);
        var second = await host.Runtime.StartAsync(spec, Token);
        Assert.Equal(first, second);
        Assert.Equal(RuntimeState.Running, first.State);
        await host.Runtime.RemoveAsync(spec.Id, Token);
        Assert.DoesNotContain(await host.Runtime.ListAsync(Token), s => s.Id == spec.Id);
        await host.Runtime.RemoveAsync(spec.Id, Token);
    }

    [Fact]
    public async Task Signal_ReachesTheWholeProcessGroup()
    {
        var spec = host.Spec("trap 'echo got it; exit 4' TERM; echo ready; while true; do sleep 0.05; done");
        await host.Runtime.StartAsync(spec, Token);
        await Until.TrueAsync(() => Task.FromResult(host.Output(spec).Contains("ready")), "The script never began.");
        await host.Runtime.SignalAsync(spec.Id, 15, Token);
        var status = await host.Runtime.WaitAsync(spec.Id, Token);
        Assert.Equal(4, status.ExitCode);
        Assert.EndsWith("got it\n", host.Output(spec));
        await host.Runtime.RemoveAsync(spec.Id, Token);
    }

    [Fact]
    public async Task Kill_TellsTheSignal()
    {
        var spec = host.Spec("sleep 60");
        await host.Runtime.StartAsync(spec, Token);
        await host.Runtime.SignalAsync(spec.Id, 9, Token);
        Assert.Equal(137, (await host.Runtime.WaitAsync(spec.Id, Token)).ExitCode);
        await host.Runtime.SignalAsync(spec.Id, 9, Token);
        await host.Runtime.RemoveAsync(spec.Id, Token);
    }

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
    public async Task Agent_ThatIsReplaced_FindsRunningAndExitedContainers()
    {
        var (runs, ends) = (host.Spec("sleep 60"), host.Spec("sleep 0.2; exit 5"));
        await host.Runtime.StartAsync(runs, Token);
        await host.Runtime.StartAsync(ends, Token);
        await host.ReplaceAgentAsync();
        Assert.Equal(5, (await host.Runtime.WaitAsync(ends.Id, Token)).ExitCode);
        Assert.Equal(RuntimeState.Running, (await host.Runtime.ListAsync(Token)).Single(s => s.Id == runs.Id).State);
        await host.Runtime.RemoveAsync(runs.Id, Token);
        await host.Runtime.RemoveAsync(ends.Id, Token);
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
    public async Task Watch_TellsEachChangeOnce()
    {
        var spec = host.Spec("exit 3");
        await using var changes = host.Runtime.WatchAsync(Token).GetAsyncEnumerator(Token);
        await host.Runtime.StartAsync(spec, Token);
        List<RuntimeState> states = [];
        while (states.LastOrDefault() != RuntimeState.Exited && await changes.MoveNextAsync())
            if (changes.Current.Id == spec.Id)
                states.Add(changes.Current.State);
        Assert.Equal([RuntimeState.Running, RuntimeState.Exited], states);
        await host.Runtime.RemoveAsync(spec.Id, Token);
    }

    [Fact]
    public async Task Sample_TellsUse()
    {
        var spec = host.Spec("head -c 20m /dev/zero > /dev/shm/x; i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done; echo ready; sleep 60");
        await host.Runtime.StartAsync(spec, Token);
        await Until.TrueAsync(() => Task.FromResult(host.Output(spec).Contains("ready")), "The script never began.");
        var usage = (await host.Runtime.SampleAsync(Token)).Single(u => u.Id == spec.Id);
        Assert.InRange(usage.MemoryBytes, 20 << 20, 64 << 20);
        Assert.Equal(64 << 20, usage.MemoryLimitBytes);
        Assert.True(usage.CpuNanoseconds > 10_000_000);
        Assert.InRange(usage.Pids, 2, 5);
        await host.Runtime.RemoveAsync(spec.Id, Token);
    }

    [Fact]
    public async Task HostPath_ThroughALink_IsRefused()
    {
        var spec = host.Spec("ln -s /etc /app/trap; mkdir /app/out; echo made > /app/out/f; exit 0");
        await host.Runtime.StartAsync(spec, Token);
        await host.Runtime.WaitAsync(spec.Id, Token);
        Assert.Equal("made\n", await File.ReadAllTextAsync(await host.Runtime.HostPathAsync(spec.Id, "/app/out/f", Token), Token));
        await Assert.ThrowsAsync<RuntimeException>(() => host.Runtime.HostPathAsync(spec.Id, "/app/trap/passwd", Token));
        await Assert.ThrowsAsync<RuntimeException>(() => host.Runtime.HostPathAsync(spec.Id, "/etc/passwd", Token));
        await host.Runtime.RemoveAsync(spec.Id, Token);
    }

    private async Task KillSupervisorAsync()
    {
        var pid = (await host.Services.GetRequiredService<IHostFacts>().GetAsync(Token)).SupervisorPid;
        await Shell.RunAsync($"kill -9 {pid}; while kill -0 {pid} 2>/dev/null && ! grep -q '^State:.Z' /proc/{pid}/status; do sleep 0.01; done");
    }
}
