using Gantry.Scheduling.Model;
using Gantry.Scheduling.Profiles;
using Gantry.Scheduling.Tests.Support;
using static Gantry.Scheduling.Tests.Clusters;

namespace Gantry.Scheduling.Tests.Hotspots;

/// <summary>The checker of relief: one plan that is right, and for each rule the plan or the cluster that breaks just that.</summary>
public sealed class PlainSandpiperTests
{
    private static readonly ClusterSnapshot _cluster = Of(Host("h1"), Host("h2"), Host("h3")) with
    {
        Now = HotClusters.Now,
        Containers = [Container("a", "a", "h1"), Container("b", "b", "h1"), Container("c", "c", "h2"), Container("d", "a", "h1")],
        Policy = new ClusterPolicy { Hotspots = new HotspotPolicy { MaxMovesPerHour = 1 } },
    };

    private static readonly Move[] _right = [new("a", "h1", "h3", ""), new("b", "h1", "h2", "") { Swap = ["c"] }, new("c", "h2", "h1", "") { Swap = ["b"] }];

    private static List<string> Violations(ClusterSnapshot snapshot, params Move[] moves) => PlainSandpiper.Violations(snapshot, new Plan { Waves = [new MoveWave(moves, 0)] });

    [Fact]
    public void Checker_RightPlan_FindsNothing() => Assert.Empty(Violations(_cluster, _right));

    [Fact]
    public void Checker_PlanThatMovesWhatItMayNot_NamesIt()
    {
        Assert.Contains("x does not run", Violations(_cluster, new Move("x", "h1", "h2", "")));
        Assert.Contains("a is not on h2", Violations(_cluster, new Move("a", "h2", "h3", "")));
        Assert.Contains("a is moved twice", Violations(_cluster, new Move("a", "h1", "h3", ""), new Move("a", "h1", "h2", "")));
        Assert.Contains("b's swap is none", Violations(_cluster, _right[1]));
        Assert.Contains("b's swap is none", Violations(_cluster, _right[1], _right[2] with { Swap = [] }));
        Assert.Contains("b's swap is none", Violations(_cluster, _right[1], _right[2] with { To = "h3" }));
        Assert.Contains("too many of a", Violations(_cluster, _right[0], new Move("d", "h1", "h2", "")));
    }

    public static TheoryData<string, Func<ContainerSnapshot, ContainerSnapshot>> Kept { get; } = new()
    {
        { "a must not be moved", c => c with { Movable = false } },
        { "a holds a volume", c => c with { Volume = "v" } },
        { "a has not cooled down", c => c with { MovedAt = HotClusters.Now.AddMinutes(-29) } },
        { "not in zone z", c => c with { Constraints = new PlacementConstraints { Zones = ["z"] } } },
        { "lack 5 cores", c => c with { Limits = [5000, 1] } },
    };

    [Theory]
    [MemberData(nameof(Kept), DisableDiscoveryEnumeration = true)]
    public void Checker_ContainerThatHasToStay_IsNamed(string rule, Func<ContainerSnapshot, ContainerSnapshot> change)
    {
        var cluster = _cluster with { Containers = [change(_cluster.Containers[0]), .. _cluster.Containers.Skip(1)] };
        Assert.Contains(Violations(cluster, _right), v => v.Contains(rule, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(HostState.Draining, "h3 may not take a: 0 of 3 hosts: 1 draining")]
    [InlineData(HostState.Down, "h3 may not take a: 0 of 3 hosts: 1 down")]
    public void Checker_HostThatTakesNothing_IsNamed(HostState state, string rule)
    {
        var cluster = _cluster with { Hosts = [Host("h1", 100), Host("h2", 100), Host("h3") with { State = state }] };
        Assert.Contains(Violations(cluster, _right[0]), v => v.StartsWith(rule, StringComparison.Ordinal));
    }

    [Fact]
    public void Checker_HostThatIsDown_GivesNothing() =>
        Assert.Contains("h1 is down", Violations(_cluster with { Hosts = [Host("h1") with { State = HostState.Down }, .. _cluster.Hosts.Skip(1)] }, _right[0]));

    [Theory]
    [InlineData(2, 1.0, 0, "more moves than a pass may have")]
    [InlineData(50, 0.5, 0, "more moves than an hour may have")]
    [InlineData(50, 1.0, 2, "more moves than an hour may have")]
    public void Checker_MoreThanAllowed_IsNamed(int atOnce, double perHour, int lately, string rule)
    {
        var cluster = _cluster with
        {
            Policy = new ClusterPolicy { Hotspots = new HotspotPolicy { MaxMoves = atOnce, MaxMovesPerHour = perHour, CoolDownSeconds = 60 } },
            Containers = [.. _cluster.Containers.Select((c, i) => i < lately ? c with { MovedAt = HotClusters.Now.AddMinutes(-59) } : c)],
        };
        Assert.Contains(rule, Violations(cluster, _right));
    }

    /// <summary>Both of a swap are gone before either comes; two moves beside each other are not.</summary>
    [Fact]
    public void Checker_SwapOfFullHosts_IsAllowedAndTwoMovesAreNot()
    {
        var full = Of(Host("h1", 1000), Host("h2", 1000)) with
        {
            Containers = [Container("a", "a", "h1", 1000), Container("b", "b", "h2", 1000)],
            Policy = new ClusterPolicy { Hotspots = new HotspotPolicy { MaxMovesPerHour = 1 } },
        };
        Assert.Empty(Violations(full, new Move("a", "h1", "h2", "") { Swap = ["b"] }, new Move("b", "h2", "h1", "") { Swap = ["a"] }));
        Assert.Contains(Violations(full, new Move("a", "h1", "h2", ""), new Move("b", "h2", "h1", "")), v => v.StartsWith("h2 may not take a", StringComparison.Ordinal));
    }

    [Fact]
    public void Checker_Hot_TakesBothHalvesOfTheRule()
    {
        ClusterSnapshot Using(params float[] window) => Of(new HostSnapshot("h1", [1000, 1])) with
        { Containers = [new ContainerSnapshot("a", "a", "h1", [1000, 1]) { Profiles = [new ProfileSnapshot(window), null] }] };
        Assert.Equal([("h1", "cpu")], PlainSandpiper.Hot(Using(800, 800, 800, 800, 800)));
        Assert.Empty(PlainSandpiper.Hot(Using(800, 800, 700, 700, 700)));
        Assert.Empty(PlainSandpiper.Hot(Using([.. Enumerable.Repeat(0f, 30), 800, 800, 800])));
    }
}
