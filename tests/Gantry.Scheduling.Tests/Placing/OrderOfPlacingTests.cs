using Gantry.Scheduling.Model;
using Gantry.Scheduling.Placing;
using Gantry.Scheduling.Tests.Support;
using static Gantry.Scheduling.Tests.Clusters;

namespace Gantry.Scheduling.Tests.Placing;

/// <summary>Who is placed first decides who is left out.</summary>
public sealed class OrderOfPlacingTests
{
    /// <summary>Two requests for one host of 1000 cpu and 1000 MB, where only one of them fits: priority, then the largest share of what the cluster has.</summary>
    [Theory]
    [InlineData(0, 600, 1, 1, 500, 1, "b")] // priority before size
    [InlineData(0, 600, 1, 0, 500, 1, "a")] // the larger of equals
    [InlineData(0, 500, 1, 0, 600, 1, "b")]
    [InlineData(0, 600, 100, 0, 500, 700, "b")] // 0.6 of the cpu against 0.7 of the memory
    [InlineData(0, 600, 100, 0, 500, 500, "a")]
    [InlineData(0, 600, 1, 0, 600, 1, "a")] // the first id of equals
    public void Requests_ForOnePlace_GoByPriorityThenSize(int priorityA, long cpuA, long memoryA, int priorityB, long cpuB, long memoryB, string placed)
    {
        var snapshot = Of(Host("h1", 1000, 1000)) with
        {
            Pending = [Request("b", "b", 1, cpuB, memoryB) with { Priority = priorityB }, Request("a", "a", 1, cpuA, memoryA) with { Priority = priorityA }],
            Policy = new ClusterPolicy { Preemption = false },
        };
        var plan = Placer.Plan(snapshot).Value;
        Assert.Equal(placed, Assert.Single(plan.Placements).Request);
        Assert.Equal(placed == "a" ? "b" : "a", Assert.Single(plan.Refusals).Request);
    }

    /// <summary>Its rule with v keeps a out, whatever its priority: v is not displaced for it. Once v has gone for b, a is asked again.</summary>
    [Fact]
    public void Refused_BeforeAnEviction_IsAskedAgainAfterIt()
    {
        var snapshot = Of(Host("h1", 1000)) with
        {
            Containers = [Container("c", "v", "h1", 900, 1)],
            Interference = [new InterferenceRule("v", "a", 0)],
            Pending = [Request("ra", "a", 1, 100, 1) with { Priority = 9 }, Request("rb", "b", 1, 500, 1) with { Priority = 5 }],
            NewIds = ["n1", "n2", "n3"],
        };
        var plan = Placer.Plan(snapshot).Value;
        Assert.Equal(("c", "rb"), (Assert.Single(plan.Evictions).ContainerId, plan.Evictions[0].ForRequest));
        Assert.Equal([("ra", "n1"), ("rb", "n2")], plan.Placements.Select(p => (p.Request, p.ContainerId)));
        Assert.Empty(plan.Refusals);
    }

    /// <summary>Two of a group displace one after another, each what is cheapest then.</summary>
    [Fact]
    public void Group_ThatDisplaces_TakesTheLowestFirst()
    {
        var snapshot = Of(Host("h1", 500), Host("h2", 500), Host("h3", 500)) with
        {
            Containers = [Container("c3", "x", "h1", 500, 1) with { Priority = 3 }, Container("c1", "x", "h2", 500, 1) with { Priority = 1 }, Container("c2", "x", "h3", 500, 1) with { Priority = 2 }],
            Pending = [Request("r", "vip", 2, 500, 1) with { Priority = 3 }],
        };
        var plan = Placer.Plan(snapshot).Value;
        Assert.Equal(["c1", "c2"], plan.Evictions.Select(e => e.ContainerId));
        Assert.Equal(["h2", "h3"], plan.Placements.Select(p => p.Host).Order());
        var all = Placer.Plan(snapshot with { Pending = [snapshot.Pending[0] with { Count = 3 }] }).Value;
        Assert.Equal((2, 1), (all.Placements.Count, Assert.Single(all.Refusals).Count));
    }

    /// <summary>One that came in the same pass is no one's victim, of whatever priority.</summary>
    [Fact]
    public void Placed_InThePass_IsNotDisplacedInIt()
    {
        var snapshot = Of(Host("h1", 1000)) with { Pending = [Request("ra", "a", 1, 900, 1) with { Priority = 1 }, Request("rb", "b", 1, 800, 1) with { Priority = 1 }] };
        var plan = Placer.Plan(snapshot).Value;
        Assert.Equal("ra", Assert.Single(plan.Placements).Request);
        Assert.Empty(plan.Evictions);
    }

    /// <summary>What occupies a host counts whatever the filters say, and goes as it came.</summary>
    [Fact]
    public void Occupied_BeyondItsRoom_HostTakesNothingUntilItIsReleased()
    {
        var session = PlacementSession.Open(Of(Host("h1", 1000)) with { Policy = new ClusterPolicy { SampleSize = 0 } }).Value;
        var (large, small) = (Request("r1", "a", 1, 1500, 1), Request("r2", "b", 1, 100, 1));
        session.Occupy(large, 0);
        Assert.False(session.Place(small).IsPlaced);
        Assert.Equal("0 of 1 hosts: 1 lack 0.1 cores of promisable cpu", Said.Plainly(session.Explain(small)));
        session.Release(large, 0);
        Assert.True(session.Place(small).IsPlaced);
    }
}
