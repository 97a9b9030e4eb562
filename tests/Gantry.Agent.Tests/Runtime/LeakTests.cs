using Gantry.Agent.Runtime;
using Gantry.Agent.Tests.Support;

namespace Gantry.Agent.Tests.Runtime;

public sealed class LeakTests(TestHost host)
{
    [Fact]
    public async Task Containers_ThatAreRemoved_LeaveTheHostAsItWas()
    {
        await host.RunAsync("true", layer: true);
        await SettleAsync();
        var before = await SnapshotAsync();
        var specs = Enumerable.Range(0, 6).Select(i => host.Spec(i % 2 == 0 ? "sleep 60" : "exit 1", layer: true)).ToList();
        await Task.WhenAll(specs.Select(s => host.Runtime.StartAsync(s, TestHost.Token)));
        Assert.NotEqual(before, await SnapshotAsync());
        await Task.WhenAll(specs.Select(s => host.Runtime.RemoveAsync(s.Id, TestHost.Token)));
        var after = "";
        await Until.TrueAsync(async () => (after = await SnapshotAsync()) == before, $"Before:\n{before}\nAfter:\n");
        Assert.Equal(before, after);
    }

    private Task SettleAsync() => Until.TrueAsync(
        async () => (await SnapshotAsync()).StartsWith("interfaces 2\n", StringComparison.Ordinal), "The pool never filled.");

    /// <summary>Counts of all that a container has; the host's own mount table must never show any of it.</summary>
    private Task<string> SnapshotAsync() => Shell.RunAsync(
        $"""
        prefix=$(nft list table inet {host.Name} | grep -m1 -o 'iifname "[^*]*' | cut -d'"' -f2)
        echo interfaces $(ip -o link | grep -c " $prefix[0-9]")
        echo cgroups $(find /sys/fs/cgroup -type d -path '*/{host.Name}/*' | wc -l)
        echo mounts $(grep -c '{host.Directory}\|{host.RunDirectory}' /proc/self/mounts)
        supervisor=$(pgrep -f 'Gantry.Supervisor {host.RunDirectory}/supervisor.json')
        echo inner mounts $(grep -c '{host.RunDirectory}' /proc/$supervisor/mounts)
        echo loops $(grep -l '{host.Directory}' /sys/block/loop*/loop/backing_file 2>/dev/null | wc -l)
        echo directories $(ls {host.Data}/containers {host.RunDirectory}/crun | grep -c c-)
        echo children $(ps --ppid $supervisor -o pid= | wc -l)
        """);
}
