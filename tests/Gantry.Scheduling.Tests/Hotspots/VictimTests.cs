using Gantry.Scheduling.Hotspots;
using Gantry.Scheduling.Model;
using Gantry.Scheduling.Profiles;
using static Gantry.Scheduling.Tests.Clusters;

namespace Gantry.Scheduling.Tests.Hotspots;

/// <summary>Which container leaves a hot host and where it goes, one reason at a time.</summary>
public sealed class VictimTests
{
    private static readonly ContainerSnapshot _dear = Using("a", "h1", 1800), _cheap = Using("b", "h1", 1800);

    /// <summary>Two that relieve the host alike, of which a would be taken by its name: what makes it dearer makes b go.</summary>
    public static TheoryData<string, ContainerSnapshot, ContainerSnapshot> Costs { get; } = new()
    {
        { "a", _dear, _cheap },
        { "b", _dear with { BootSeconds = 5 }, _cheap },
        { "b", _dear with { Connections = 10 }, _cheap },
        { "b", _dear with { Profiles = [_dear.Profiles[0], Flat(200 * MB)] }, _cheap },
        { "b", _dear with { Image = "elsewhere" }, _cheap with { Image = "there" } }, // its layers are on the target
        { "a", _dear with { Image = "there" }, _cheap with { Image = "elsewhere" } },
        { "a", _dear with { Connections = 200 }, _cheap with { Image = "elsewhere" } }, // 200 to drain are less than 256 MB to fetch
        { "b", _dear with { Connections = 300 }, _cheap with { Image = "elsewhere" } },
    };

    [Theory]
    [MemberData(nameof(Costs), DisableDiscoveryEnumeration = true)]
    public void Victim_OfTwoThatRelieveAlike_IsTheCheaper(string victim, ContainerSnapshot a, ContainerSnapshot b)
    {
        var move = Assert.Single(Moves(Cluster([Host("h1"), Host("h2") with { Images = ["there"] }], a, b)));
        Assert.Equal((victim, "h1", "h2"), (move.ContainerId, move.From, move.To));
    }

    /// <summary>Crumbs cost restarts as well: at least half of the best gain, however cheap.</summary>
    [Fact]
    public void Victim_CheapThatHardlyHelps_StaysBehind()
    {
        // 3900 of 4000 with 3000 allowed: 100 less is no relief, 1500 is.
        var moves = Moves(Cluster([Host("h1"), Host("h2")], Using("big", "h1", 1500) with { Connections = 50 }, Using("fixed", "h1", 2300) with { Movable = false }, Using("crumb", "h1", 100)));
        Assert.Equal("big", Assert.Single(moves).ContainerId);
    }

    /// <summary>Nothing fits beside 2500 of 4000, so 1300 goes for 1000, of which there are two alike: layers are fetched by the one that comes back too.</summary>
    [Theory]
    [InlineData("elsewhere", "there", "y")]
    [InlineData("there", "elsewhere", "x")]
    [InlineData("", "", "x")]
    public void Swap_OfTwoThatRelieveAlike_TakesBackTheOneWhoseLayersAreThere(string imageX, string imageY, string back)
    {
        var snapshot = Cluster([Host("h1") with { Images = ["there"] }, Host("h2")],
            Using("a", "h1", 1900), Using("b", "h1", 1300),
            Using("x", "h2", 1000) with { Image = imageX }, Using("y", "h2", 1000) with { Image = imageY }, Using("fixed", "h2", 500) with { Movable = false });
        Assert.Equal(["b", back], Moves(snapshot).Select(m => m.ContainerId));
    }

    /// <summary>What comes back costs a restart too: of two alike the one with fewer connections.</summary>
    [Theory]
    [InlineData(300, 0, "y")]
    [InlineData(0, 300, "x")]
    public void Swap_OfTwoThatRelieveAlike_TakesBackTheCheaper(int connectionsX, int connectionsY, string back)
    {
        var snapshot = Cluster([Host("h1"), Host("h2")], Using("a", "h1", 1900), Using("b", "h1", 1300),
            Using("x", "h2", 1000) with { Connections = connectionsX }, Using("y", "h2", 1000) with { Connections = connectionsY }, Using("fixed", "h2", 500) with { Movable = false });
        Assert.Equal(["b", back], Moves(snapshot).Select(m => m.ContainerId));
    }

    /// <summary>Half of the best gain is enough for what is cheaper: of 3400, 300 less leaves an excess of 0.027 of the host's capacity, 1500 less leaves none of 0.1.</summary>
    [Theory]
    [InlineData(1000, "small")]
    [InlineData(0, "big")]
    public void Victim_ThatHelpsMostOfTheWay_IsTakenWhereItIsCheaper(int connections, string victim)
    {
        var snapshot = Cluster([Host("h1"), Host("h2")], Using("big", "h1", 1500) with { Connections = connections }, Using("fixed", "h1", 1600) with { Movable = false }, Using("small", "h1", 300));
        snapshot = snapshot with { Policy = snapshot.Policy with { Hotspots = snapshot.Policy.Hotspots with { MaxMoves = 1 } } };
        Assert.Equal(victim, Assert.Single(Moves(snapshot)).ContainerId);
    }

    /// <summary>What three other hosts of 4000 use, and where 1800 go: the emptiest, of equals the first, and none beyond 0.70.</summary>
    [Theory]
    [InlineData(500, 300, 400, "h3")]
    [InlineData(300, 300, 300, "h2")]
    [InlineData(1100, 990, 1200, "h3")]
    [InlineData(1100, 1100, 990, "h4")]
    public void Target_OfAMove_IsTheEmptiestThatCanTakeIt(float two, float three, float four, string target)
    {
        var snapshot = Cluster([Host("h1"), Host("h2"), Host("h3"), Host("h4")], _dear, _cheap, Using("x", "h2", two), Using("y", "h3", three), Using("z", "h4", four));
        Assert.Equal(target, Assert.Single(Moves(snapshot)).To);
    }

    /// <summary>Small hosts at 900 of 4000 come first, but 1800 more leave each of them at a little risk; a large one, a quarter full, would be at none. Of sixteen
    /// hosts that take it the best is taken: it is found as the sixteenth, not as the seventeenth.</summary>
    [Theory]
    [InlineData(1, "t")]
    [InlineData(15, "t")]
    [InlineData(16, "s00")]
    public void Target_AmongManyHosts_IsTheBestOfSixteen(int small, string target)
    {
        var hosts = Enumerable.Range(0, small).Select(i => Host($"s{i:00}"));
        var snapshot = Cluster([Host("h1"), .. hosts, Host("t", 40_000, 65_536)],
            [_dear, _cheap with { Movable = false }, Using("large", "t", 10_000) with { Limits = [40_000, 512 * MB], Movable = false }, .. hosts.Select(h => Using($"on-{h.Id}", h.Id, 900) with { Movable = false })]);
        Assert.Equal(target, Assert.Single(Moves(snapshot)).To);
    }

    /// <summary>The target may be filled to 0.75 − 0.05 of 4000, 2800.</summary>
    [Theory]
    [InlineData(990, true)]
    [InlineData(1010, false)]
    public void Target_JustBelowTheThresholdLessHysteresis_IsTheLast(float used, bool moves) =>
        Assert.Equal(moves, Moves(Cluster([Host("h1"), Host("h2")], _dear, _cheap with { Movable = false }, Using("x", "h2", used) with { Movable = false })).Count > 0);

    /// <summary>A host is relieved whether or not it takes new containers; one that does not answer is not.</summary>
    [Theory]
    [InlineData(HostState.Ready, 1)]
    [InlineData(HostState.Draining, 1)]
    [InlineData(HostState.Down, 0)]
    public void Source_OfAMove_IsAnyHostThatAnswers(HostState state, int moves) =>
        Assert.Equal(moves, Moves(Cluster([Host("h1") with { State = state }, Host("h2")], _dear, _cheap)).Count);

    /// <summary>Hot on memory alone: the one with the memory goes, not the one with the cpu.</summary>
    [Fact]
    public void Victim_OfAHostThatIsHotOnMemory_IsWhatUsesMemory()
    {
        var snapshot = Cluster([Host("h1"), Host("h2")],
            Using("cpu", "h1", 1000), Using("m1", "h1", 100) with { Profiles = [Flat(100), Flat(1900 * MB)] }, Using("m2", "h1", 100) with { Profiles = [Flat(100), Flat(1800 * MB)] });
        Assert.Equal([("h1", "memory")], Sandpiper.Hot(snapshot));
        var move = Assert.Single(Moves(snapshot));
        Assert.StartsWith("m", move.ContainerId);
        Assert.StartsWith("h1 is hot on memory", move.Explanation);
    }

    /// <summary>The worst host has the first move when there is only one.</summary>
    [Fact]
    public void Budget_OfOneMove_GoesToTheWorstHost()
    {
        var snapshot = Cluster([Host("h1"), Host("h2"), Host("h3")], Using("a", "h1", 1600), Using("b", "h1", 1600), Using("c", "h2", 1900), Using("d", "h2", 1900));
        snapshot = snapshot with { Policy = snapshot.Policy with { Hotspots = snapshot.Policy.Hotspots with { MaxMoves = 1 } } };
        Assert.Equal("h2", Assert.Single(Moves(snapshot)).From);
        Assert.Equal(["h2", "h1"], Sandpiper.Hot(snapshot).Select(h => h.Host));
    }

    private static ProfileSnapshot Flat(float value) => new([.. Enumerable.Repeat(value, 40)]);

    private static ContainerSnapshot Using(string id, string host, float cpu) => Container(id, "app-" + id, host, 4000, 512) with { BootSeconds = 1, Profiles = [Flat(cpu), Flat(64 * MB)] };

    private static ClusterSnapshot Cluster(HostSnapshot[] hosts, params ContainerSnapshot[] containers) => Of(hosts) with
    {
        Containers = containers,
        Policy = new ClusterPolicy { Overcommit = [new("", "cpu", 10), new("", "memory", 10)], Hotspots = new HotspotPolicy { MaxMovesPerHour = 1 } },
    };

    private static List<Move> Moves(ClusterSnapshot snapshot) => [.. Sandpiper.Plan(snapshot).Value.Waves.SelectMany(w => w.Moves)];
}
