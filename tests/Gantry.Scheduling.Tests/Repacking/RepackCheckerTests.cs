using Gantry.Scheduling.Model;
using Gantry.Scheduling.Profiles;
using Gantry.Scheduling.Repacking;
using static Gantry.Scheduling.Tests.Clusters;

namespace Gantry.Scheduling.Tests.Repacking;

/// <summary>A checker that finds nothing proves nothing: each rule is broken once, by a plan that is right but for that, and must be named.</summary>
public sealed class RepackCheckerTests
{
    private static readonly RepackOptions _options = new() { MovesAtOncePerApp = 4 };

    /// <summary>Two half-full hosts of 4 cores and 4 GB, an empty one, and the plan that empties h2.</summary>
    private static readonly ClusterSnapshot _cluster = Of(Host("h1"), Host("h2"), Host("h3")) with
    {
        Containers = [Container("a1", "a", "h1", 1000, 1024), Container("b1", "b", "h1", 1000, 1024), Container("a2", "a", "h2", 1000, 1024), Container("b2", "b", "h2", 1000, 1024)],
    };

    private static readonly MoveWave[] _plan = [Wave(new Move("a2", "h2", "h1", "")), Wave(new Move("b2", "h2", "h1", ""))];

    private static MoveWave Wave(params Move[] moves) => new(moves, 1);

    private static ClusterSnapshot WithHost(Func<HostSnapshot, HostSnapshot> change) => _cluster with { Hosts = [.. _cluster.Hosts.Select(h => h.Id == "h1" ? change(h) : h)] };

    private static ClusterSnapshot WithContainer(string id, Func<ContainerSnapshot, ContainerSnapshot> change) =>
        _cluster with { Containers = [.. _cluster.Containers.Select(c => c.Id == id ? change(c) : c)] };

    private static ClusterSnapshot WithConstraints(PlacementConstraints constraints) => WithContainer("a2", c => c with { Constraints = constraints });

    private static void Names(string rule, ClusterSnapshot snapshot, RepackOptions? options = null, params MoveWave[] waves) =>
        Assert.Contains(RepackChecker.Violations(snapshot, options ?? _options, waves.Length == 0 ? _plan : waves), v => v.Contains(rule, StringComparison.Ordinal));

    [Fact]
    public void Checker_RightPlan_FindsNothing() => Assert.Empty(RepackChecker.Violations(_cluster, _options, _plan));

    [Theory]
    [InlineData(HostState.Draining)]
    [InlineData(HostState.Down)]
    public void Checker_HostThatTakesNothing_IsNamed(HostState state) => Names("not ready", WithHost(h => h with { State = state }));

    [Fact]
    public void Checker_UnknownHost_IsNamed() => Names("unknown host", _cluster, null, Wave(new Move("a2", "h2", "h9", "")));

    [Fact]
    public void Checker_HostOfAnotherOwner_IsNamed() => Names("dedicated", WithHost(h => h with { DedicatedTo = "o1" }));

    [Fact]
    public void Checker_HostOfNoOwner_IsNamed() => Names("not dedicated", WithConstraints(new PlacementConstraints { DedicatedOnly = true }));

    [Fact]
    public void Checker_WrongClass_IsNamed() => Names("class", WithConstraints(new PlacementConstraints { Classes = ["big"] }));

    [Fact]
    public void Checker_WrongZone_IsNamed() => Names("zone", WithConstraints(new PlacementConstraints { Zones = ["z"] }));

    [Fact]
    public void Checker_WrongLabel_IsNamed() => Names("label", WithConstraints(new PlacementConstraints { Labels = new Dictionary<string, string> { ["disk"] = "ssd" } }));

    [Fact]
    public void Checker_TooManyOfAnApp_IsNamed() => Names("own", WithConstraints(new PlacementConstraints { MaxPerHost = 1 }));

    [Theory]
    [InlineData("a", "a", 0)]
    [InlineData("a", "b", 1)]
    [InlineData("b", "a", 1)]
    [InlineData("b", "a", 0)]
    public void Checker_Interference_IsNamed(string app, string other, int most) =>
        Names("interference", _cluster with { Interference = [new InterferenceRule(app, other, most)] });

    [Fact]
    public void Checker_InterferenceOfOthers_IsAllowed() =>
        Assert.Empty(RepackChecker.Violations(_cluster with { Interference = [new InterferenceRule("a", "b", 2), new InterferenceRule("a", "a", 1), new InterferenceRule("x", "a", 0)] }, _options, _plan));

    [Fact]
    public void Checker_VolumeWhileTheWorldRuns_IsNamed() =>
        Names("attached twice", WithContainer("a2", c => c with { Volume = "v" }) with { Hosts = [.. _cluster.Hosts.Select(h => h with { Volumes = ["v"] })] });

    [Fact]
    public void Checker_VolumeThatIsElsewhere_IsNamed() =>
        Names("volume", WithContainer("a2", c => c with { Volume = "v" }), _options with { StopTheWorld = true });

    [Fact]
    public void Checker_VolumeThatIsThereWhenTheWorldStops_IsAllowed() =>
        Assert.Empty(RepackChecker.Violations(WithContainer("a2", c => c with { Volume = "v" }) with { Hosts = [.. _cluster.Hosts.Select(h => h with { Volumes = ["v"] })] }, _options with { StopTheWorld = true }, _plan));

    [Fact]
    public void Checker_Unmovable_IsNamed() => Names("must not be moved", WithContainer("b2", c => c with { Movable = false }));

    [Theory]
    [InlineData(2999, 4096, "capacity of cpu")]
    [InlineData(4000, 4095, "capacity of memory")]
    public void Checker_TooLittleRoom_IsNamed(long cpu, long memory, string rule) => Names(rule, WithHost(h => h with { Capacity = [cpu, memory * MB] }));

    [Fact]
    public void Checker_Overcommit_MakesRoomForItsClassOnly()
    {
        var small = WithHost(h => h with { Capacity = [2000, 4096 * MB], Class = "big" });
        Assert.Empty(RepackChecker.Violations(small with { Policy = new ClusterPolicy { Overcommit = [new Overcommit("big", "cpu", 2)] } }, _options, _plan));
        Names("capacity of cpu", small with { Policy = new ClusterPolicy { Overcommit = [new Overcommit("other", "cpu", 2)] } });
        Names("capacity of cpu", small with { Policy = new ClusterPolicy { Overcommit = [new Overcommit("", "cpu", 2), new Overcommit("big", "cpu", 1)] } });
    }

    /// <summary>The two change places: fine when one goes first to h3, too much when both copies are there at once.</summary>
    [Fact]
    public void Checker_CopiesInFlight_CountOnBothHosts()
    {
        var full = Of(Host("h1"), Host("h2"), Host("h3")) with { Containers = [Container("a1", "a", "h1", 3000), Container("b1", "b", "h2", 3000)] };
        Names("capacity of cpu", full, null, Wave(new Move("a1", "h1", "h2", ""), new Move("b1", "h2", "h1", "")));
        Names("capacity of cpu", full, null, Wave(new Move("a1", "h1", "h2", "")), Wave(new Move("b1", "h2", "h1", "")));
        Assert.Empty(RepackChecker.Violations(full, _options, [Wave(new Move("a1", "h1", "h3", "")), Wave(new Move("b1", "h2", "h1", "")), Wave(new Move("a1", "h3", "h2", ""))]));
        // With the world stopped both end before any begins.
        Assert.Empty(RepackChecker.Violations(full, _options with { StopTheWorld = true }, [Wave(new Move("a1", "h1", "h2", ""), new Move("b1", "h2", "h1", ""))]));
    }

    [Fact]
    public void Checker_InterferenceInFlight_CountsOldCopies() =>
        Names("interference", _cluster with { Interference = [new InterferenceRule("a", "b", 0)] }, null, Wave(new Move("b2", "h2", "h3", ""), new Move("a1", "h1", "h3", "")));

    [Fact]
    public void Checker_ReservedByThePredictor_IsNamed()
    {
        var predicted = _cluster with { Policy = new ClusterPolicy { Predictor = "borg-default" }, Hosts = [Host("h1", 3599), Host("h2"), Host("h3")] };
        Names("capacity of cpu", predicted);
        Assert.Empty(RepackChecker.Violations(predicted with { Hosts = [Host("h1", 3601), Host("h2"), Host("h3")] }, _options, _plan));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Checker_MeasuredAboveTheSafeShare_IsNamed(bool daily)
    {
        // 1.3 cores each in the second half: 2.6 of 4 are safe at 0.9 with 0.9 promised to the others, 3.9 are not.
        var profile = daily ? new ProfileSnapshot([]) { Daily = [100, 1300] } : new ProfileSnapshot([.. Enumerable.Range(0, 40).Select(i => i % 2 == 0 ? 100f : 1300f)]);
        ContainerSnapshot Measured(ContainerSnapshot c) => c with { Limits = [900, c.Limits[1]], Profiles = [profile, null] };
        var cluster = _cluster with { Containers = [.. _cluster.Containers.Select(c => c.Id == "b1" ? c : Measured(c))] };
        Names("safety of cpu", cluster);
        Assert.Empty(RepackChecker.Violations(cluster with { Hosts = [Host("h1", 5400), Host("h2"), Host("h3")] }, _options, _plan));
    }

    [Fact]
    public void Checker_PeaksThatDoNotMeet_MayShareAHost()
    {
        ContainerSnapshot With(ContainerSnapshot c, params float[] day) => c with { Profiles = [new ProfileSnapshot([]) { Daily = day }, null] };
        var cluster = _cluster with { Containers = [With(_cluster.Containers[0], 1700, 0), With(_cluster.Containers[1], 1700, 0), With(_cluster.Containers[2], 0, 1700), With(_cluster.Containers[3], 0, 1700)] };
        Assert.Empty(RepackChecker.Violations(cluster, _options, _plan));
        Names("safety of cpu at 0", cluster with { Containers = [With(_cluster.Containers[0], 1700, 0), With(_cluster.Containers[1], 1700, 0), With(_cluster.Containers[2], 1700, 0), With(_cluster.Containers[3], 0, 1700)] });
    }

    [Theory]
    [InlineData(1, 4, 4, "too many moves at once")]
    [InlineData(4, 1, 4, "takes part in 2 moves")]
    [InlineData(4, 4, 1, "2 containers of a at once")]
    public void Checker_MoreAtOnceThanAllowed_IsNamed(int atOnce, int perHost, int perApp, string rule)
    {
        var cluster = WithContainer("b2", c => c with { App = "a" });
        var both = Wave([.. _plan.SelectMany(w => w.Moves)]);
        Names(rule, cluster, new RepackOptions { MovesAtOnce = atOnce, MovesAtOncePerHost = perHost, MovesAtOncePerApp = perApp }, both);
        Assert.Empty(RepackChecker.Violations(cluster, new RepackOptions { MovesAtOncePerApp = 2 }, [both]));
    }

    [Fact]
    public void Checker_ContainerThatIsNotWhereThePlanTakesIt_IsNamed()
    {
        Names("is not on h3", _cluster, null, Wave(new Move("a2", "h3", "h1", "")));
        Names("does not run", _cluster, null, Wave(new Move("z", "h2", "h1", "")));
        Names("goes nowhere", _cluster, null, Wave(new Move("a2", "h2", "h2", "")));
    }

    [Fact]
    public void Checker_OneContainerTwiceInAWave_IsNamed()
    {
        var twice = Wave(new Move("a2", "h2", "h1", ""), new Move("a2", "h2", "h3", ""));
        Names("moves twice at once", _cluster, null, twice);
        Names("availability", _cluster, null, twice);
    }

    [Fact]
    public void Checker_MoreMovesThanTheBudget_IsNamed() => Names("budget", _cluster, _options with { MaxMovedShare = 0.25 });

    /// <summary>Whatever is done to a plan's order, the checker must see when it matters: waves made one are caught where copies no longer fit.</summary>
    [Fact]
    public void Checker_WavesMadeOne_AreCaughtInAFullCluster()
    {
        var tight = Of(Host("h1", 4000), Host("h2", 4000), Host("h3", 4000)) with
        {
            Containers = [Container("a1", "a", "h1", 2000), Container("b1", "b", "h2", 3000), Container("c1", "c", "h3", 1000)],
        };
        MoveWave[] right = [Wave(new Move("c1", "h3", "h2", "")), Wave(new Move("a1", "h1", "h3", ""))];
        Assert.Empty(RepackChecker.Violations(tight, _options, right));
        var bigger = tight with { Containers = [.. tight.Containers.Select(c => c.Id == "a1" ? c with { Limits = [3500, c.Limits[1]] } : c)] };
        Assert.Empty(RepackChecker.Violations(bigger, _options, right));
        Names("capacity of cpu", bigger, null, Wave([.. right.SelectMany(w => w.Moves)]));
    }
}
