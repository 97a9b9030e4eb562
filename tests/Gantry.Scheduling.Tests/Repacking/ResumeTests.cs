using Gantry.Scheduling.Model;
using Gantry.Scheduling.Repacking;
using Gantry.Scheduling.Tests.Support;
using static Gantry.Scheduling.Tests.Clusters;

namespace Gantry.Scheduling.Tests.Repacking;

/// <summary>A paused plan against every way in which its cluster may have changed meanwhile, one at a time.</summary>
public sealed class ResumeTests
{
    private static readonly ClusterSnapshot _cluster = Of(Host("h1"), Host("h2"), Host("h3")) with
    {
        Containers = [Container("a", "a", "h1", 1000), Container("b", "b", "h2", 1000), Container("c", "c", "h3", 1000)],
    };

    /// <summary>b and c go to h1, one after the other.</summary>
    private static readonly Plan _plan = new() { Waves = [new([new Move("b", "h2", "h1", "why b")], 31), new([new Move("c", "h3", "h1", "why c")], 32)] };

    private static (string Left, string Dropped) Resume(ClusterSnapshot cluster, RepackOptions? options = null)
    {
        var resumed = ClusterRepack.Resume(cluster, _plan, options ?? new RepackOptions()).Value;
        var moved = resumed.Report.WorstRefusals.Where(r => cluster.Hosts.All(h => h.Id != r.Subject));
        return (string.Join(' ', resumed.Plan.Waves.SelectMany(w => w.Moves).Select(m => m.ContainerId)), Said.Plainly(string.Join(" | ", moved.Select(r => r.Explanation))));
    }

    private static ClusterSnapshot With(string id, Func<ContainerSnapshot, ContainerSnapshot> change) =>
        _cluster with { Containers = [.. _cluster.Containers.Select(c => c.Id == id ? change(c) : c)] };

    [Fact]
    public void Unchanged_Cluster_GoesOnWithTheWholePlan()
    {
        var resumed = ClusterRepack.Resume(_cluster, _plan, new RepackOptions()).Value;
        Assert.Equal(_plan.Waves.SelectMany(w => w.Moves), resumed.Plan.Waves.SelectMany(w => w.Moves));
        Assert.Equal([31.0, 32.0], resumed.Plan.Waves.Select(w => w.EstimatedSeconds));
        Assert.Equal((3, 1, 2, 63.0), (resumed.Report.HostsBefore, resumed.Report.HostsAfter, resumed.Report.Moves, resumed.Report.EstimatedSeconds));
        Assert.True(resumed.Report.Finished);
    }

    [Fact]
    public void Done_Moves_AreLeftOutAndTheRestGoesOn()
    {
        Assert.Equal(("c", ""), Resume(With("b", b => b with { Host = "h1" })));
        Assert.Equal(("", ""), Resume(_cluster with { Containers = [.. _cluster.Containers.Select(c => c with { Host = "h1" })] }));
    }

    [Fact]
    public void Dropped_Move_SaysWhatHasChanged()
    {
        Assert.Equal(("c", "b does not run any more, so there is nothing to move."), Resume(_cluster with { Containers = [_cluster.Containers[0], _cluster.Containers[2]] }));
        Assert.Equal(("c", "b is not on h2 any more: plan again."), Resume(With("b", b => b with { Host = "h3" })));
        Assert.Equal(("c", "b is not on h2 any more: plan again."), Resume(With("b", b => b with { Host = "gone" })));
        Assert.Equal(("c", "b may not be moved now: plan again."), Resume(With("b", b => b with { Movable = false })));
        Assert.Equal(("c", "b may not be moved now: plan again."), Resume(With("b", b => b with { Volume = "v" })));
        Assert.Equal(("", "h1 is not in the cluster any more: plan again. | h1 is not in the cluster any more: plan again."), Resume(_cluster with { Hosts = [.. _cluster.Hosts.Skip(1)] }));
    }

    /// <summary>A plan that nobody made: a container can't go to two hosts at once, so the first is taken.</summary>
    [Fact]
    public void Dropped_ContainerTwiceInAWave_SaysSo()
    {
        var twice = new Plan { Waves = [new([new Move("b", "h2", "h1", ""), new Move("b", "h2", "h3", "")], 31)] };
        var resumed = ClusterRepack.Resume(_cluster, twice, new RepackOptions()).Value;
        Assert.Equal("h1", Assert.Single(Assert.Single(resumed.Plan.Waves).Moves).To);
        Assert.Contains(new RepackRefusal("b", "b is in one wave twice: plan again."), resumed.Report.WorstRefusals);
    }

    [Theory]
    [InlineData(HostState.Draining, "draining")]
    [InlineData(HostState.Down, "down")]
    public void Dropped_TargetThatTakesNothing_SaysSo(HostState state, string why)
    {
        var sentence = Said.Plainly($"h1 does not take it any more: 1 of 1 hosts {why}. Plan again.");
        Assert.Equal(("", $"{sentence} | {sentence}"), Resume(_cluster with { Hosts = [_cluster.Hosts[0] with { State = state }, .. _cluster.Hosts.Skip(1)] }));
    }

    /// <summary>What came meanwhile leaves room for one of the two: the first of the plan has it.</summary>
    [Theory]
    [InlineData(900, "b c", "")]
    [InlineData(1500, "b", "h1 does not take it any more: 1 of 1 hosts lack 1 cores of promisable cpu. Plan again.")]
    public void Dropped_TargetThatHasFilled_SaysWhatItLacks(long newcomer, string left, string dropped) =>
        Assert.Equal((left, dropped), Resume(_cluster with { Containers = [.. _cluster.Containers, Container("d", "d", "h1", newcomer)] }));

    /// <summary>Two that change places with the world stopped: one that can't go any more leaves no room for the other either.</summary>
    [Fact]
    public void Dropped_OneOfAnExchange_DropsTheOtherToo()
    {
        var full = Of(Host("h1", 1000), Host("h2", 1000)) with { Containers = [Container("a", "a", "h1", 1000), Container("b", "b", "h2", 900)] };
        var plan = new Plan { Waves = [new([new Move("a", "h1", "h2", ""), new Move("b", "h2", "h1", "")], 40)] };
        var options = new RepackOptions { StopTheWorld = true };
        Assert.Equal(2, ClusterRepack.Resume(full, plan, options).Value.Report.Moves);
        var stuck = full with { Containers = [full.Containers[0], full.Containers[1] with { Movable = false }] };
        var resumed = ClusterRepack.Resume(stuck, plan, options).Value;
        Assert.Empty(resumed.Plan.Waves);
        Assert.Contains(resumed.Report.WorstRefusals, r => r.Explanation.Contains("b may not be moved now", StringComparison.Ordinal));
        Assert.Contains(resumed.Report.WorstRefusals, r => r.Explanation.Contains("h2 does not take it any more", StringComparison.Ordinal));
        // While the world runs neither copy finds room beside the old ones.
        Assert.Empty(ClusterRepack.Resume(full, plan, new RepackOptions()).Value.Plan.Waves);
    }
}
