using CsCheck;
using Gantry.Scheduling.Hotspots;
using Gantry.Scheduling.Model;
using Gantry.Scheduling.Profiles;
using Gantry.Scheduling.Tests.Support;
using static Gantry.Scheduling.Tests.Clusters;

namespace Gantry.Scheduling.Tests.Hotspots;

/// <summary>What is hot and what may be done about it, against the rules written a second time.</summary>
public sealed class SandpiperRuleTests
{
    [Fact]
    public void Plan_OfAnyCluster_BreaksNoRule() => HotClusters.Any.Sample(snapshot =>
    {
        var broken = PlainSandpiper.Violations(snapshot, Sandpiper.Plan(snapshot).Value);
        Assert.True(broken.Count == 0, string.Join("; ", broken));
    }, iter: 10_000);

    [Fact]
    public void Hot_OfAnyCluster_IsWhatTheRuleSays() => HotClusters.Any.Sample(snapshot =>
        Assert.Equal(PlainSandpiper.Hot(snapshot).Order(), Sandpiper.Hot(snapshot).Order()), iter: 4000);

    /// <summary>A host is never left hot in silence: it is hot no more when the moves are done, or an alarm names it.</summary>
    [Fact]
    public void Hot_AfterThePlan_IsRelievedOrTold() => HotClusters.Any.Sample(snapshot =>
    {
        var plan = Sandpiper.Plan(snapshot).Value;
        var moved = plan.Waves.SelectMany(w => w.Moves).ToDictionary(m => m.ContainerId, m => m.To);
        var after = snapshot with { Containers = [.. snapshot.Containers.Select(c => c with { Host = moved.GetValueOrDefault(c.Id, c.Host) })] };
        foreach (var (host, resource) in PlainSandpiper.Hot(snapshot))
        {
            if (moved.Count > 0 && !PlainSandpiper.Hot(after).Contains((host, resource))) continue;
            // Its level may be below the threshold although the last samples are above: then it is expected to cool by itself.
            var (h, r) = (snapshot.Hosts.Single(x => x.Id == host), snapshot.Resources.ToList().IndexOf(resource));
            var level = after.Containers.Where(c => c.Host == host).Sum(c => Level(c, r));
            if (level <= snapshot.Policy.Hotspots.Threshold * h.Capacity[r]) continue;
            Assert.Contains(plan.Alarms, a => a.StartsWith($"{host} is hot on {resource}", StringComparison.Ordinal));
        }
    }, iter: 1500);

    private static double Level(ContainerSnapshot c, int r) =>
        c.Profiles.Count == 0 || c.Profiles[r] is not { Window.Count: > 0 } profile ? c.Limits[r] : ProfileMoments.Of(profile.Window).Mean;

    /// <summary>Of five samples of a host of 1000 with threshold 0.75: which of them are above, and whether that is hot for k of n.</summary>
    [Theory]
    [InlineData("90 90 90 90 90", 3, 5, true)]
    [InlineData("10 10 90 90 90", 3, 5, false)] // three above, but the forecast is 58 + 32 φ with φ = 2816 / 7680
    [InlineData("70 70 90 90 90", 3, 5, true)] // mean 82
    [InlineData("90 90 90 70 70", 3, 5, true)] // falling, and still foreseen above: 82 − 12 φ with φ = 176 / 480
    [InlineData("90 90 90 70 70", 3, 4, false)] // only two of the last four
    [InlineData("90 90 90 70 70", 2, 4, true)]
    [InlineData("75 75 75 75 75", 1, 5, false)] // at the threshold is not above it
    [InlineData("76 76 76 76 76", 5, 5, true)]
    [InlineData("76 76 76 76 75", 5, 5, false)]
    [InlineData("76 76", 3, 5, false)] // too few samples to say
    [InlineData("76 76 76", 3, 5, true)]
    public void Hot_KOfN_IsAsCounted(string samples, int k, int n, bool hot)
    {
        var snapshot = Of(new HostSnapshot("h1", [1000, 1L << 40])) with
        {
            Policy = new ClusterPolicy { Hotspots = new HotspotPolicy { SamplesAbove = k, SamplesLooked = n } },
            Containers = [Container("c", "a", "h1", 2000) with { Profiles = [new ProfileSnapshot([.. samples.Split(' ').Select(s => 10 * float.Parse(s))]), null] }],
        };
        Assert.Equal(hot, Sandpiper.Hot(snapshot).Count > 0);
    }

    /// <summary>Which resources can be hot: those of Sandpiper's volume.</summary>
    [Theory]
    [InlineData("cpu", true)]
    [InlineData("memory", true)]
    [InlineData("network-in", true)]
    [InlineData("network-out", true)]
    [InlineData("disk", false)]
    [InlineData("pids", false)]
    public void Hot_Resource_IsOneOfTheVolume(string resource, bool hot)
    {
        var snapshot = new ClusterSnapshot
        {
            Resources = ["other", resource],
            Hosts = [new HostSnapshot("h1", [100, 100])],
            Containers = [new ContainerSnapshot("c", "a", "h1", [100, 100]) { Profiles = [new ProfileSnapshot([90, 90, 90, 90, 90]), new ProfileSnapshot([90, 90, 90, 90, 90])] }],
        };
        Assert.Equal(hot ? [("h1", resource)] : [], Sandpiper.Hot(snapshot));
    }

    /// <summary>A window that began later counts from its end: 400 of one beside 500 of the other in the last five samples.</summary>
    [Fact]
    public void Hot_WindowsOfTwoLengths_AreSummedFromTheirEnds()
    {
        ContainerSnapshot Using(string id, float[] window) => Container(id, id, "h1", 600, 64) with { Profiles = [new ProfileSnapshot(window), null] };
        var late = Using("b", [500, 500, 500, 500, 500]);
        var snapshot = Of(new HostSnapshot("h1", [1000, 1L << 40])) with { Containers = [Using("a", [.. Enumerable.Repeat(400f, 8)]), late] };
        Assert.Equal([("h1", "cpu")], Sandpiper.Hot(snapshot));
        Assert.Empty(Sandpiper.Hot(snapshot with { Containers = [snapshot.Containers[0], Using("b", [500, 500])] }));
    }

    /// <summary>A container that has just come does not hide that its host is hot by those before it.</summary>
    [Fact]
    public void Hot_WhereTheLastContainerIsNew_IsByTheOthers()
    {
        ContainerSnapshot Using(string id, float[] window) => Container(id, id, "h1", 2000, 64) with { Profiles = [new ProfileSnapshot(window), null] };
        var snapshot = Of(new HostSnapshot("h1", [1000, 1L << 40])) with { Containers = [Using("a", [.. Enumerable.Repeat(900f, 40)]), Using("b", [10, 10])] };
        Assert.Equal([("h1", "cpu")], Sandpiper.Hot(snapshot));
    }

    /// <summary>Twelve busy containers on one of three hosts, each of its own app: how many may go.</summary>
    [Theory]
    [InlineData(50, 1.0, 0, 0, 5)] // as many as it takes: 12 × 400 of 4000 is 1800 too many for 0.75
    [InlineData(2, 1.0, 0, 0, 2)] // at once
    [InlineData(50, 0.34, 0, 0, 4)] // an hour: 0.34 × 12 = 4.08
    [InlineData(50, 0.34, 3, 59, 1)] // three of them were used 59 minutes ago
    [InlineData(50, 0.34, 3, 60, 4)] // an hour later they count no more
    [InlineData(50, 0.0, 0, 0, 2)] // two at least: a swap
    [InlineData(50, 0.0, 2, 59, 0)]
    [InlineData(0, 1.0, 0, 0, 0)]
    public void Moves_PerPassAndHour_AreBounded(int atOnce, double perHour, int lately, int minutesAgo, int moves)
    {
        var snapshot = Of(Host("h1", 4000, 65_536), Host("h2", 40_000, 65_536), Host("h3", 40_000, 65_536)) with
        {
            Now = HotClusters.Now,
            Policy = new ClusterPolicy { Overcommit = [new("", "cpu", 10)], Hotspots = new HotspotPolicy { MaxMoves = atOnce, MaxMovesPerHour = perHour } },
            Containers =
            [
                .. Enumerable.Range(0, 12).Select(i => Busy($"c{i:00}", $"a{i}", "h1", 400) with { MovedAt = i < lately ? HotClusters.Now.AddMinutes(-minutesAgo) : null, Movable = i >= lately }),
            ],
        };
        Assert.Equal(moves, Moves(snapshot).Count);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 3)]
    public void Moves_OfOneApp_AreBounded(int perApp, int moves)
    {
        var snapshot = Of(Host("h1", 4000, 65_536), Host("h2", 40_000, 65_536)) with
        {
            Policy = new ClusterPolicy { Overcommit = [new("", "cpu", 10)], Hotspots = new HotspotPolicy { MaxMovesPerApp = perApp, MaxMovesPerHour = 1 } },
            Containers = [.. Enumerable.Range(0, 12).Select(i => Busy($"c{i:00}", "one", "h1", 400))],
        };
        Assert.Equal(moves, Moves(snapshot).Count);
        Assert.Contains(Sandpiper.Plan(snapshot).Value.Alarms, a => a.StartsWith("h1 is hot on cpu", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(29, 0)]
    [InlineData(30, 1)]
    public void CoolDown_OfHalfAnHour_EndsThen(int minutesAgo, int moves)
    {
        var snapshot = TwoBusy(c => c with { MovedAt = HotClusters.Now.AddMinutes(-minutesAgo) }) with { Now = HotClusters.Now };
        snapshot = snapshot with { Policy = snapshot.Policy with { Hotspots = new HotspotPolicy { MaxMovesPerHour = 2 } } };
        Assert.Equal(moves, Moves(snapshot).Count);
    }

    /// <summary>Whatever keeps both containers of a hot host there: nothing moves, and an alarm says that it stays hot.</summary>
    [Theory]
    [InlineData("movable")]
    [InlineData("volume")]
    [InlineData("draining")]
    [InlineData("down")]
    [InlineData("dedicated")]
    [InlineData("zone")]
    [InlineData("own")]
    [InlineData("interference")]
    [InlineData("reserved")]
    [InlineData("full")]
    public void Move_ThatMayNotBe_IsNotMade(string why)
    {
        var there = why switch { "own" or "interference" => 10f, "full" => 2600f, _ => 0f };
        var snapshot = TwoBusy(c => why switch
        {
            "movable" => c with { Movable = false },
            "volume" => c with { Volume = "v" },
            "zone" => c with { Constraints = new PlacementConstraints { Zones = ["z"] } },
            "own" => c with { App = "x", Constraints = new PlacementConstraints { MaxPerHost = 1 } },
            _ => c,
        });
        snapshot = snapshot with
        {
            Hosts = [snapshot.Hosts[0], snapshot.Hosts[1] with
            {
                State = why == "draining" ? HostState.Draining : why == "down" ? HostState.Down : HostState.Ready,
                DedicatedTo = why == "dedicated" ? "o9" : "",
                Capacity = why == "reserved" ? [4000, 63 * MB] : snapshot.Hosts[1].Capacity,
            }],
            Containers = there == 0 ? snapshot.Containers : [.. snapshot.Containers, Busy("x", "x", "h2", there) with { Movable = false }],
            Interference = why == "interference" ? [new InterferenceRule("x", "app-a", 0), new InterferenceRule("x", "app-b", 0)] : [],
        };
        var plan = Sandpiper.Plan(snapshot).Value;
        Assert.Empty(plan.Waves);
        Assert.StartsWith("h1 is hot on cpu", Assert.Single(plan.Alarms));
    }

    [Fact]
    public void Alarm_WhenTheHourIsUsedUp_SaysThatAndNotThatHostsLack()
    {
        var snapshot = TwoBusy(c => c) with { Now = HotClusters.Now };
        var quiet = Enumerable.Range(0, 2).Select(i => Busy($"q{i}", $"q{i}", "h2", 1) with { MovedAt = HotClusters.Now.AddMinutes(-5) });
        var plan = Sandpiper.Plan(snapshot with { Containers = [.. snapshot.Containers, .. quiet] }).Value;
        Assert.Empty(plan.Waves);
        Assert.Equal("h1 is hot on cpu, but the moves of this hour are used up: raise MaxMovesPerHour, or wait.", Assert.Single(plan.Alarms));
    }

    /// <summary>Of two that are equally hot the first is named and relieved first.</summary>
    [Fact]
    public void Hosts_EquallyHot_AreRelievedInTheirOrder()
    {
        var snapshot = Of(Host("h1"), Host("h2"), Host("h3", 40_000, 65_536)) with
        {
            Policy = new ClusterPolicy { Overcommit = [new("", "cpu", 10)], Hotspots = new HotspotPolicy { MaxMoves = 1 } },
            Containers = [Busy("a", "a", "h1", 1900), Busy("b", "b", "h1", 1900), Busy("c", "c", "h2", 1900), Busy("d", "d", "h2", 1900)],
        };
        Assert.Equal([("h1", "cpu"), ("h2", "cpu")], Sandpiper.Hot(snapshot));
        Assert.Equal("h1", Assert.Single(Moves(snapshot)).From);
    }

    /// <summary>The wave is over when its slowest container is up.</summary>
    [Fact]
    public void Wave_OfMovesThatBootDifferently_TakesTheSlowest()
    {
        var snapshot = Of(Host("h1"), Host("h2", 40_000, 65_536)) with
        {
            Policy = new ClusterPolicy { Overcommit = [new("", "cpu", 10)], Hotspots = new HotspotPolicy { MaxMovesPerHour = 1 } },
            Containers = [Busy("a", "a", "h1", 1500) with { BootSeconds = 3 }, Busy("b", "b", "h1", 1500) with { BootSeconds = 7 }, Busy("c", "c", "h1", 2900) with { Movable = false, BootSeconds = 60 }],
        };
        var wave = Assert.Single(Sandpiper.Plan(snapshot).Value.Waves);
        Assert.Equal((2, 7.0), (wave.Moves.Count, wave.EstimatedSeconds));
    }

    /// <summary>What was moved is there for the next move of the same pass: two of an app that may be on a host once go to two hosts.</summary>
    [Fact]
    public void Moves_OfOneApp_SeeWhereTheOtherHasGone()
    {
        var apart = new PlacementConstraints { MaxPerHost = 1 };
        var snapshot = Of(Host("h1"), Host("h2", 40_000, 65_536), Host("h3", 40_000, 65_536)) with
        {
            Policy = new ClusterPolicy { Overcommit = [new("", "cpu", 10)], Hotspots = new HotspotPolicy { MaxMovesPerHour = 1, MaxMovesPerApp = 2 } },
            Containers = [Busy("a", "x", "h1", 1500) with { Constraints = apart }, Busy("b", "x", "h1", 1500) with { Constraints = apart }, Busy("c", "c", "h1", 2900) with { Movable = false }],
        };
        Assert.Equal(["h2", "h3"], Moves(snapshot).Select(m => m.To).Order());
    }

    /// <summary>With one move left no swap can be made, and that is not said to be for want of moves: no host could take one.</summary>
    [Fact]
    public void Alarm_WithAMoveLeft_SaysThatHostsLack()
    {
        var snapshot = TwoBusy(c => c with { Movable = false });
        snapshot = snapshot with { Policy = snapshot.Policy with { Hotspots = new HotspotPolicy { MaxMoves = 1 } } };
        Assert.EndsWith("the cluster is short of capacity. Add a host.", Assert.Single(Sandpiper.Plan(snapshot).Value.Alarms));
    }

    /// <summary>A swap is two moves: with one left of the pass or the hour it is not begun.</summary>
    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 2)]
    public void Swap_IsTwoMoves_OfWhatIsLeft(int left, int moves)
    {
        var snapshot = Of(Host("h1", 4000, 65_536), Host("h2", 4000, 65_536)) with
        {
            Policy = new ClusterPolicy { Overcommit = [new("", "cpu", 10)], Hotspots = new HotspotPolicy { MaxMoves = left } },
            Containers = [Busy("a", "a", "h1", 1900) with { Movable = false }, Busy("b", "b", "h1", 1300), Busy("c", "c", "h2", 1000), Busy("d", "d", "h2", 1500) with { Movable = false }],
        };
        Assert.Equal(moves, Moves(snapshot).Count);
    }

    /// <summary>What the first move took to a host is there for the second: 1500 fit on the emptiest once, below 2800.</summary>
    [Fact]
    public void Moves_ToTheEmptiest_FillItByWhatTheyBring()
    {
        var snapshot = Of(Host("h1"), Host("h2"), Host("h3")) with
        {
            Policy = new ClusterPolicy { Overcommit = [new("", "cpu", 10)], Hotspots = new HotspotPolicy { MaxMovesPerHour = 1 } },
            Containers = [Busy("a", "a", "h1", 1500), Busy("b", "b", "h1", 1500), Busy("c", "c", "h1", 2900) with { Movable = false }, Busy("d", "d", "h3", 100) with { Movable = false }],
        };
        Assert.Equal(["h2", "h3"], Moves(snapshot).Select(m => m.To));
    }

    /// <summary>Both of a swap pass the filters of where they go, and neither goes to a host that takes nothing.</summary>
    [Theory]
    [InlineData("", 2)]
    [InlineData("b", 0)]
    [InlineData("c", 0)]
    [InlineData("draining", 0)]
    public void Swap_OfWhichOneMayNotGo_IsNotMade(string stays, int moves)
    {
        // 1300 of h1 against 1000 of h2 is the only way, as in the swap above.
        PlacementConstraints Only(string zone) => new() { Zones = [zone] };
        var snapshot = Of(Host("h1", 4000, 65_536) with { Zone = "1" }, Host("h2", 4000, 65_536) with { Zone = "2", State = stays == "draining" ? HostState.Draining : HostState.Ready }) with
        {
            Policy = new ClusterPolicy { Overcommit = [new("", "cpu", 10)] },
            Containers =
            [
                Busy("a", "a", "h1", 1900) with { Movable = false }, Busy("b", "b", "h1", 1300) with { Constraints = stays == "b" ? Only("1") : PlacementConstraints.None },
                Busy("c", "c", "h2", 1000) with { Constraints = stays == "c" ? Only("2") : PlacementConstraints.None }, Busy("d", "d", "h2", 1500) with { Movable = false },
            ],
        };
        Assert.Equal(moves, Moves(snapshot).Count);
    }

    /// <summary>Move before swap before alarm: the same hot host with a third one that has room, with one that has a place to exchange, with neither.</summary>
    [Theory]
    [InlineData(400, "move")]
    [InlineData(2500, "swap")]
    [InlineData(2900, "alarm")]
    public void Relief_ByWhatOthersUse_IsTheMildestThatHelps(float other, string relief)
    {
        // h1 uses 1900 + 1300 of 4000, 200 too many. The other host takes 1300 below 2800 only, and 1900 against 1300 if it has that to give.
        var snapshot = Of(Host("h1", 4000, 65_536), Host("h2", 4000, 65_536)) with
        {
            Policy = new ClusterPolicy { Overcommit = [new("", "cpu", 10)] },
            Containers = [Busy("a", "a", "h1", 1900), Busy("b", "b", "h1", 1300), .. relief == "swap" ? [Busy("c", "c", "h2", 1000), Busy("d", "d", "h2", other - 1000)] : new[] { Busy("c", "c", "h2", other) }],
        };
        if (relief == "swap") snapshot = snapshot with { Containers = [.. snapshot.Containers.Select(c => c.Id == "d" ? c with { Movable = false } : c)] };
        var plan = Sandpiper.Plan(snapshot).Value;
        var moves = plan.Waves.SelectMany(w => w.Moves).ToList();
        Assert.Equal(relief switch { "move" => (1, 0), "swap" => (2, 2), _ => (0, 0) }, (moves.Count, moves.Count(m => m.Swap.Count == 1)));
        Assert.Equal(relief == "alarm", plan.Alarms.Any(a => a.Contains("h1 is hot on cpu", StringComparison.Ordinal)));
    }

    private static ClusterSnapshot TwoBusy(Func<ContainerSnapshot, ContainerSnapshot> change) => Of(Host("h1"), Host("h2")) with
    {
        Policy = new ClusterPolicy { Overcommit = [new("", "cpu", 10)] },
        Containers = [change(Busy("a", "app-a", "h1", 1900)), change(Busy("b", "app-b", "h1", 1900))],
    };

    private static ContainerSnapshot Busy(string id, string app, string host, float cpu) =>
        Container(id, app, host, 4000, 64) with { Profiles = [new ProfileSnapshot([.. Enumerable.Repeat(cpu, 40)]), null] };

    private static List<Move> Moves(ClusterSnapshot snapshot) => [.. Sandpiper.Plan(snapshot).Value.Waves.SelectMany(w => w.Moves)];
}
