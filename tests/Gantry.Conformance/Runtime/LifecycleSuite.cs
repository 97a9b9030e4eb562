using Gantry.Agent.Runtime;
using Gantry.Tests;
using Xunit;

namespace Gantry.Conformance.Runtime;

/// <summary>Start, signal, end, listing, watching, adoption, and cleaning up.</summary>
public abstract class LifecycleSuite(RuntimeHost host)
{
    private static CancellationToken Token => RuntimeHost.Token;

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
    public async Task Process_ThatExits_TellsItsCodeAndItsLastWords()
    {
        var (status, output) = await host.RunAsync("echo last words; exit 7");
        Assert.Equal(7, status.ExitCode);
        Assert.Equal("last words\n", output);
        Assert.Null(status.ExitReason);
        Assert.False(status.OutOfMemory);
    }

    [Fact]
    public async Task Output_OfWhatIsRemovedAtItsEnd_IsWhole()
    {
        var spec = host.Spec("i=0; while [ $i -lt 5000 ]; do i=$((i+1)); echo line $i; done");
        await host.EndAsync(spec);
        var output = await host.OutputAsync(spec, "line 5000\n");
        Assert.Equal(5000, output.Count(c => c == '\n'));
    }

    [Fact]
    public async Task Signal_ReachesTheWholeProcessGroup()
    {
        var spec = host.Spec("trap 'echo got it; exit 4' TERM; echo ready; while true; do sleep 0.05; done");
        await host.Runtime.StartAsync(spec, Token);
        await host.OutputAsync(spec, "ready");
        await host.Runtime.SignalAsync(spec.Id, 15, Token);
        var status = await host.Runtime.WaitAsync(spec.Id, Token);
        Assert.Equal(4, status.ExitCode);
        await host.OutputAsync(spec, "got it\n");
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
    public async Task Remove_OfARunningContainer_EndsItsWaiters()
    {
        var spec = host.Spec("sleep 60");
        await host.Runtime.StartAsync(spec, Token);
        var waiting = host.Runtime.WaitAsync(spec.Id, Token);
        await host.Runtime.RemoveAsync(spec.Id, Token);
        Assert.Equal(137, (await waiting.WaitAsync(Until.Limit, Token)).ExitCode);
    }

    [Fact]
    public async Task Start_OfWhatCannotStart_SaysWhyAndLeavesNothing()
    {
        var before = await host.SettledAsync();
        var spec = host.Spec("true") with { Mounts = [new BindMount("/nowhere", "/source", true)] };
        var error = await Assert.ThrowsAsync<RuntimeException>(() => host.Runtime.StartAsync(spec, Token));
        Assert.Contains("/nowhere", error.Message);
        var limits = host.Spec("true");
        await Assert.ThrowsAsync<RuntimeException>(() => host.Runtime.StartAsync(limits with { Limits = limits.Limits with { MemoryBytes = 1 } }, Token));
        Assert.DoesNotContain(await host.Runtime.ListAsync(Token), s => s.Id == spec.Id || s.Id == limits.Id);
        await SettlesAsync(before);
    }

    [Fact]
    public async Task Agent_ThatIsReplaced_FindsRunningAndExitedContainers()
    {
        var (runs, ends) = (host.Spec("echo up; sleep 60"), host.Spec("sleep 0.2; exit 5"));
        var before = await host.Runtime.StartAsync(runs, Token);
        await host.Runtime.StartAsync(ends, Token);
        await host.ReplaceAgentAsync();
        Assert.Equal(5, (await host.Runtime.WaitAsync(ends.Id, Token)).ExitCode);
        Assert.Equal(before, (await host.Runtime.ListAsync(Token)).Single(s => s.Id == runs.Id));
        await host.Runtime.SignalAsync(runs.Id, 9, Token);
        Assert.Equal(137, (await host.Runtime.WaitAsync(runs.Id, Token)).ExitCode);
        await host.Runtime.RemoveAsync(runs.Id, Token);
        await host.Runtime.RemoveAsync(ends.Id, Token);
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
        await host.OutputAsync(spec, "ready");
        var usage = (await host.Runtime.SampleAsync(Token)).Single(u => u.Id == spec.Id);
        Assert.InRange(usage.MemoryBytes, 20 << 20, 64 << 20);
        Assert.Equal(64 << 20, usage.MemoryLimitBytes);
        Assert.True(usage.CpuNanoseconds > 10_000_000);
        Assert.InRange(usage.Pids, 2, 5);
        await host.Runtime.RemoveAsync(spec.Id, Token);
    }

    [Fact]
    public async Task Containers_ThatAreRemoved_LeaveTheHostAsItWas()
    {
        await host.RunAsync("true", layer: true);
        var before = await host.SettledAsync();
        var specs = Enumerable.Range(0, 4).Select(i => host.Spec(i % 2 == 0 ? "sleep 60" : "exit 1", layer: true)).ToList();
        await Task.WhenAll(specs.Select(s => host.Runtime.StartAsync(s, Token)));
        Assert.NotEqual(before, await host.SnapshotAsync());
        await Task.WhenAll(specs.Select(s => host.Runtime.RemoveAsync(s.Id, Token)));
        await SettlesAsync(before);
    }

    private async Task SettlesAsync(string before)
    {
        var after = "";
        await Until.TrueAsync(async () => (after = await host.SnapshotAsync()) == before, $"The host was not as before:\n{before}");
        Assert.Equal(before, after);
    }
}
