using Gantry.Scheduling.Model;
using Gantry.Scheduling.Placing;
using Gantry.Scheduling.Profiles;
using static Gantry.Scheduling.Tests.Clusters;

namespace Gantry.Scheduling.Tests.Placing;

/// <summary>The arrays that placement works on: what comes and goes leaves them as they were.</summary>
public sealed class ClusterStateTests
{
    private static readonly ClusterSnapshot _cluster = Of(Host("h0") with { RunQueue = 1 }, Host("h1")) with
    {
        Containers = [Container("c0", "a", "h0", 1000, 1024), Container("c1", "a", "h0", 500, 512), Container("c2", "b", "h0", 500, 512)],
    };

    /// <summary>Everything a filter or a ranker may ask about the hosts and one app.</summary>
    private static string View(ClusterState state, int app)
    {
        state.Focus(app);
        return string.Join(" | ", Enumerable.Range(0, state.Hosts.Length).Select(h => FormattableString.Invariant(
            $"{string.Join(',', state.Free.Select(f => f[h]))} load {state.Load[h]} holds {state.Containers[h]} own {state.Own[h]} {state.Count(app, h)} {state.HostsOf(app).Contains(h)}")));
    }

    [Theory]
    [InlineData("a", 0)]
    [InlineData("a", 1)]
    [InlineData("new", 1)]
    public void Place_TakenAndGivenBack_LeavesNoTrace(string name, int host)
    {
        var state = new ClusterState(_cluster);
        var app = state.App(name);
        var before = View(state, app);
        state.Add(app, [700, 64 * MB], host);
        Assert.NotEqual(before, View(state, app));
        state.Remove(app, [700, 64 * MB], host);
        Assert.Equal(before, View(state, app));
        Assert.Equal([host, host], state.Changes);
    }

    /// <summary>700 of 4000 make the queue 0.175 longer; taken away from a host that had none, it is not shorter than nothing.</summary>
    [Fact]
    public void Load_OfWhatWasPlaced_IsItsShareOfTheHost()
    {
        var state = new ClusterState(_cluster);
        state.Add(0, [700, 1], 0);
        Assert.Equal(1.175, state.Load[0], 12);
        state.Remove(0, [700, 1], 0);
        state.Add(0, [100, 1], 1);
        state.Remove(0, [700, 1], 1);
        Assert.Equal((1.0, 0.0), (Math.Round(state.Load[0], 12), state.Load[1]));
    }

    /// <summary>Two of three go: their places and their counts go with them, and the third stays as it was.</summary>
    [Fact]
    public void Evicted_Containers_CountNowhereAnyMore()
    {
        var state = new ClusterState(_cluster);
        state.Evict(0, [0, 2]);
        Assert.Equal([1], state.ContainersOf[0]!);
        Assert.Equal((1, 1, 0), (state.Containers[0], state.Count(state.App("a"), 0), state.Count(state.App("b"), 0)));
        Assert.Equal((3500, 3584 * MB), (state.Free[0][0], state.Free[1][0]));
        Assert.Empty(state.HostsOf(state.App("b")));
        Assert.Equal(2, state.Changes.Count);
    }

    /// <summary>Where use is predicted, what goes gives back its prediction: of 1000 and 500 that use 100 each, 200 is reserved, 100 without one.</summary>
    [Fact]
    public void Evicted_WherePredictedUseIsReserved_GivesThatBack()
    {
        ProfileSnapshot?[] idle = [new ProfileSnapshot([.. Enumerable.Repeat(100f, 40)]), null];
        var state = new ClusterState(_cluster with
        {
            Containers = [.. _cluster.Containers.Take(2).Select(c => c with { Profiles = idle })],
            Policy = new ClusterPolicy { Predictor = "percentile-sum" },
        });
        Assert.Equal((3800, 3900), (state.Free[0][0], state.FreeWithout(0, 0, [0])));
        state.Evict(0, [0]);
        Assert.Equal(3900, state.Free[0][0]);
        // Of memory nothing was measured: 512 MB are still reserved for the one that is left.
        Assert.Equal(3584 * MB, state.Free[1][0]);
    }

    /// <summary>What may be promised: the entry of the class, else the general one, cut off where a sum could overflow.</summary>
    [Theory]
    [InlineData("cpu", "", 2000)]
    [InlineData("cpu", "big", 3000)]
    [InlineData("cpu", "other", 2000)]
    [InlineData("memory", "big", 1500)]
    [InlineData("memory", "", 1000)]
    [InlineData("disk", "", 1L << 61)]
    public void Promised_OfAResource_IsByTheClassOfTheHost(string resource, string kind, long promised)
    {
        var policy = new ClusterPolicy { Overcommit = [new("", "cpu", 2), new("big", "cpu", 3), new("big", "memory", 1.5), new("", "disk", 1e300)] };
        Assert.Equal(promised, ClusterState.Promise(policy, Host("h") with { Class = kind }, resource, 1000));
        Assert.Equal(promised, ClusterState.Promise(policy with { Overcommit = [.. policy.Overcommit.Reverse()] }, Host("h") with { Class = kind }, resource, 1000));
    }

    /// <summary>The app in focus is counted by host, and another one does not leave its counts behind.</summary>
    [Fact]
    public void Focus_OnOneAppAfterAnother_CountsTheLast()
    {
        var state = new ClusterState(_cluster);
        var (a, b) = (state.App("a"), state.App("b"));
        state.Focus(a);
        Assert.Equal([2, 0], state.Own);
        state.Add(a, [1, 1], 1);
        Assert.Equal([2, 1], state.Own);
        state.Focus(b);
        Assert.Equal([1, 0], state.Own);
        state.Add(a, [1, 1], 1);
        Assert.Equal([1, 0], state.Own);
        state.Focus(a);
        Assert.Equal([2, 2], state.Own);
        Assert.Equal(("a", "b"), (state.AppName(a), state.AppName(b)));
    }
}
