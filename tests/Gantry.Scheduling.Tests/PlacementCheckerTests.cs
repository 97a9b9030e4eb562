using Gantry.Scheduling.Model;
using static Gantry.Scheduling.Tests.Clusters;

namespace Gantry.Scheduling.Tests;

/// <summary>The checker of placement: a right plan passes, and each rule broken once is named.</summary>
public sealed class PlacementCheckerTests
{
    private static readonly ClusterSnapshot _cluster = Of(Host("h1") with { Zone = "x", Class = "big", Volumes = ["v"] }) with
    {
        Containers = [Container("c1", "a", "h1") with { Priority = 1 }, Container("c2", "b", "h1") with { Priority = 3 }],
        Pending = [Request("r", "a", 2) with { Priority = 2 }],
    };

    private static Plan Place(int count, int refused = 0) => new()
    {
        Placements = [.. Enumerable.Repeat(new Placement("r", "", "h1", 0, 1, 1), count)],
        Refusals = refused == 0 ? [] : [new PlacementRefusal("r", refused, "")],
    };

    private static ClusterSnapshot Asking(Func<PlacementRequest, PlacementRequest> change) => _cluster with { Pending = [change(_cluster.Pending[0])] };

    private static ClusterSnapshot On(Func<HostSnapshot, HostSnapshot> change) => _cluster with { Hosts = [change(_cluster.Hosts[0])] };

    public static TheoryData<string, ClusterSnapshot> Broken { get; } = new()
    {
        { "not ready", On(h => h with { State = HostState.Draining }) },
        { "dedicated", On(h => h with { DedicatedTo = "o1" }) },
        { "not dedicated", Asking(r => r with { Constraints = new PlacementConstraints { DedicatedOnly = true } }) },
        { "class", Asking(r => r with { Constraints = new PlacementConstraints { Classes = ["small"] } }) },
        { "zone", Asking(r => r with { Constraints = new PlacementConstraints { Zones = ["y"] } }) },
        { "label", Asking(r => r with { Constraints = new PlacementConstraints { Labels = new Dictionary<string, string> { ["a"] = "b" } } }) },
        { "volume", Asking(r => r with { Volume = "w" }) },
        { "own", Asking(r => r with { Constraints = new PlacementConstraints { MaxPerHost = 2 } }) },
        { "interference", _cluster with { Interference = [new InterferenceRule("a", "a", 1)] } },
        { "interference", _cluster with { Interference = [new InterferenceRule("a", "b", 0)] } },
        { "interference", _cluster with { Interference = [new InterferenceRule("b", "a", 2)] } },
        { "cpu", On(h => h with { Capacity = [1999, h.Capacity[1]] }) },
        { "memory", On(h => h with { Capacity = [4000, 2047 * MB] }) },
        { "cpu", _cluster with { Policy = new ClusterPolicy { Overcommit = [new Overcommit("", "cpu", 0.49)] } } },
    };

    [Fact]
    public void Checker_RightPlan_FindsNothing() => Assert.Empty(PlacementChecker.Violations(_cluster, Place(2)));

    [Theory]
    [MemberData(nameof(Broken), DisableDiscoveryEnumeration = true)]
    public void Checker_BrokenRule_IsNamed(string rule, ClusterSnapshot cluster) => Assert.Contains($"r on h1: {rule}", PlacementChecker.Violations(cluster, Place(2)));

    [Theory]
    [InlineData(1, 0)]
    [InlineData(1, 2)]
    [InlineData(3, 0)]
    public void Checker_NotEveryContainerAccountedFor_IsNamed(int placed, int refused) =>
        Assert.Contains($"r: {placed} placed and {refused} refused of 2", PlacementChecker.Violations(_cluster, Place(placed, refused)));

    [Theory]
    [InlineData("c1", 0)]
    [InlineData("c2", 1)]
    public void Checker_EvictionOfHigherPriority_IsNamed(string container, int broken) =>
        Assert.Equal(broken, PlacementChecker.Violations(_cluster, Place(2) with { Evictions = [new Eviction(container, "h1", "r", "")] }).Count);
}
