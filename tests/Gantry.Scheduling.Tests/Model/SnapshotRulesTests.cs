using Gantry.Scheduling.Model;
using Gantry.Scheduling.Placing;
using Gantry.Scheduling.Profiles;
using static Gantry.Scheduling.Tests.Clusters;

namespace Gantry.Scheduling.Tests.Model;

/// <summary>Numbers that can't be true are refused with a sentence that names them.</summary>
public sealed class SnapshotRulesTests
{
    public static TheoryData<string, ClusterSnapshot> Bad { get; } = new()
    {
        { "names no resource", Of() with { Resources = [] } },
        { "resource cpu is named twice", Of() with { Resources = ["cpu", "cpu"] } },
        { "Host h1 is in the snapshot twice", Of(Host("h1"), Host("h1")) },
        { "Host h1's capacity has a negative number", Of(Host("h1", -1)) },
        { "Host h1 has no capacity at all", Of(Host("h1", 0, 0)) },
        { "Host h1's capacity has 1 numbers for 2 resources", Of(new HostSnapshot("h1", [1])) },
        { "Host h1's run queue is not a number", Of(Host("h1") with { RunQueue = double.NaN }) },
        { "Container c is in the snapshot twice", Of(Host("h1")) with { Containers = [Container("c", "a", "h1"), Container("c", "a", "h1")] } },
        { "Container c's limits has a negative number", Of(Host("h1")) with { Containers = [Container("c", "a", "h1", -5)] } },
        { "Container c has 1 profiles for 2 resources", Of(Host("h1")) with { Containers = [Container("c", "a", "h1") with { Profiles = [null] }] } },
        { "Container c's profile has a sample that is not a number", Of(Host("h1")) with { Containers = [Container("c", "a", "h1") with { Profiles = [new ProfileSnapshot([float.NaN]), null] }] } },
        { "Request r asks for 0 containers", Of(Host("h1")) with { Pending = [Request("r", "a", 0)] } },
        { "Request r is in the snapshot twice", Of(Host("h1")) with { Pending = [Request("r", "a"), Request("r", "b")] } },
        { "Request r allows -1 containers a host", Of(Host("h1")) with { Pending = [Request("r", "a") with { Constraints = new PlacementConstraints { MaxPerHost = -1 } }] } },
        { "rule between a and b allows -1", Of() with { Interference = [new InterferenceRule("a", "b", -1)] } },
        { "There is no predictor crystal-ball", Of() with { Policy = new ClusterPolicy { Predictor = "crystal-ball" } } },
        { "There is no ranker luck", Of() with { Policy = new ClusterPolicy { Rankers = [new RankerWeight("luck", 1)] } } },
        { "weight of ranker spread is not a number", Of() with { Policy = new ClusterPolicy { Rankers = [new RankerWeight("spread", double.NaN)] } } },
        { "overcommit of gpu is set, but", Of() with { Policy = new ClusterPolicy { Overcommit = [new Overcommit("", "gpu", 2)] } } },
        { "overcommit of cpu is 0", Of() with { Policy = new ClusterPolicy { Overcommit = [new Overcommit("", "cpu", 0)] } } },
        { "sample size is negative", Of() with { Policy = new ClusterPolicy { SampleSize = -1 } } },
    };

    [Theory]
    [MemberData(nameof(Bad), DisableDiscoveryEnumeration = true)]
    public void Plan_BadSnapshot_IsRefusedWithTheCause(string cause, ClusterSnapshot snapshot) =>
        Assert.Contains(cause, Placer.Plan(snapshot).Refusal!.Message);

    [Fact]
    public void Overcommit_OfTheClass_WinsOverTheGeneralOne()
    {
        var policy = new ClusterPolicy { Overcommit = [new Overcommit("", "cpu", 2), new Overcommit("big", "cpu", 3)] };
        var snapshot = Of(Host("h1", 1000) with { Class = "big" }, Host("h2", 1000)) with { Policy = policy, Pending = [Request("r", "x", 10, 1000, 1)] };
        var plan = Placer.Plan(snapshot).Value;
        Assert.Equal(3, plan.Placements.Count(p => p.Host == "h1"));
        Assert.Equal(2, plan.Placements.Count(p => p.Host == "h2"));
    }
}
