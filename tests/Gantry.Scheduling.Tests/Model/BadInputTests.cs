using Gantry.Domain;
using Gantry.Scheduling.Hotspots;
using Gantry.Scheduling.Model;
using Gantry.Scheduling.Placing;
using Gantry.Scheduling.Profiles;
using Gantry.Scheduling.Repacking;
using Gantry.Scheduling.Tests.Support;
using static Gantry.Scheduling.Tests.Clusters;

namespace Gantry.Scheduling.Tests.Model;

/// <summary>What can't be true is refused by every pass with the same sentence; what is merely bad is worked with and told.</summary>
public sealed class BadInputTests
{
    private static readonly ProfileSnapshot _flat = new([.. Enumerable.Repeat(100f, 40)]);

    /// <summary>Every way into the room.</summary>
    private static IEnumerable<Refusal?> Refusals(ClusterSnapshot snapshot) =>
    [
        Placer.Plan(snapshot).Refusal, PlacementSession.Open(snapshot).Refusal, Sandpiper.Plan(snapshot).Refusal,
        ClusterRepack.Plan(snapshot, new RepackOptions()).Refusal, RepackSearch.Open(snapshot, new RepackOptions()).Refusal,
        ClusterRepack.Resume(snapshot, new Plan(), new RepackOptions()).Refusal, CellPacking.Open(snapshot, new RepackOptions()).Refusal,
    ];

    [Theory]
    [MemberData(nameof(SnapshotRulesTests.Bad), MemberType = typeof(SnapshotRulesTests), DisableDiscoveryEnumeration = true)]
    [MemberData(nameof(Worse), DisableDiscoveryEnumeration = true)]
    public void Snapshot_ThatCantBeTrue_IsRefusedByEveryPass(string cause, ClusterSnapshot snapshot) => Assert.All(Refusals(snapshot), refusal =>
    {
        Assert.NotNull(refusal);
        Assert.Contains(cause, refusal.Message);
        Assert.Equal(RefusalKind.Invalid, refusal.Kind);
        Assert.NotEmpty(refusal.Field);
        // A second sentence says what to do.
        Assert.Matches(@"[.].+[.]$", refusal.Message);
    });

    /// <summary>An operator who looks for hot hosts sees none, and not a crash, before the plan says what is wrong.</summary>
    [Theory]
    [MemberData(nameof(SnapshotRulesTests.Bad), MemberType = typeof(SnapshotRulesTests), DisableDiscoveryEnumeration = true)]
    [MemberData(nameof(Worse), DisableDiscoveryEnumeration = true)]
    public void Hot_OfASnapshotThatCantBeTrue_IsNone(string cause, ClusterSnapshot snapshot)
    {
        Assert.Empty(Sandpiper.Hot(snapshot));
        Assert.Contains(cause, Sandpiper.Plan(snapshot).Refusal!.Message);
    }

    public static TheoryData<string, ClusterSnapshot> Worse { get; } = new()
    {
        { "Container c allows -1 containers a host", Has(c => c with { Constraints = new PlacementConstraints { MaxPerHost = -1 } }) },
        { "Container c's profile has a sample that is not a number", Has(c => c with { Profiles = [null, new ProfileSnapshot([1]) { Daily = [1, -1] }] }) },
        { "Container c's memory pressure is not a share of time", Has(c => c with { Profiles = [null, new ProfileSnapshot([1]) { Pressure = double.NaN }] }) },
        { "Container c's requests have a number that can't be", Has(c => c with { Requests = new RequestProfile(1, double.NaN, 1, 1, 1, 1, 1) }) },
        { "Container c's requests have a number that can't be", Has(c => c with { Requests = new RequestProfile(1, 1, 1, 1, 1, -1, 1) }) },
        { "Container c's limits has a number that is too large", Has(c => c with { Limits = [long.MaxValue, 1] }) },
        { "Host h1's capacity has a number that is too large", Of(Host("h1") with { Capacity = [1, long.MaxValue] }) },
        { "Host h1's capacity has a number that is too large", Of(Host("h1") with { Capacity = [(1L << 52) + 1, 1] }) },
        // What takes nothing fits without end.
        { "Request r asks for 10000001 containers", Of(Host("h1")) with { Pending = [Request("r", "a", 10_000_001, 0, 0)] } },
        { "Request r asks for 2147483647 containers", Of(Host("h1")) with { Pending = [Request("r", "a", int.MaxValue)] } },
        { "Request r's limits has a number that is too large", Of(Host("h1")) with { Pending = [new PlacementRequest("r", "a", 2, [1L << 60, 1])] } },
        { "overcommit of cpu for hosts of class big is set twice", Policy(new() { Overcommit = [new("big", "cpu", 1), new("", "cpu", 1), new("big", "cpu", 2)] }) },
        { "overcommit of cpu is NaN", Policy(new() { Overcommit = [new("", "cpu", double.NaN)] }) },
        { "overcommit of memory is -2", Policy(new() { Overcommit = [new("", "memory", -2)] }) },
        { "ranker spread is named twice", Policy(new() { Rankers = [new("spread", 1), new("best-fit", 1), new("spread", 2)] }) },
        { "hotspot threshold is NaN", Hot(new() { Threshold = double.NaN }) },
        { "hotspot threshold is 0", Hot(new() { Threshold = 0 }) },
        { "hotspot hysteresis is 0.75. Use a share of capacity from 0 up and below the threshold", Hot(new() { Hysteresis = 0.75 }) },
        { "cool-down is -1. Use seconds from 0 up", Hot(new() { CoolDownSeconds = -1 }) },
        { "hotspot bound of moves is -1. Use a number from 0 up", Hot(new() { MaxMoves = -1 }) },
        { "hotspot bound of moves is -2. Use a number from 0 up", Hot(new() { MaxMovesPerApp = -2 }) },
        { "Use one of limits, borg-default, percentile-sum, n-sigma, max, seasonal.", Policy(new() { Predictor = "" }) },
        { "Use some of spread, least-allocated, most-allocated, ", Policy(new() { Rankers = [new("Spread", 1)] }) },
        { "hotspot hysteresis is 0.8", Hot(new() { Hysteresis = 0.8 }) },
        { "hotspot hysteresis is -0.1", Hot(new() { Hysteresis = -0.1 }) },
        { "6 of 5 samples", Hot(new() { SamplesAbove = 6 }) },
        { "0 of 5 samples", Hot(new() { SamplesAbove = 0 }) },
        { "cool-down is NaN", Hot(new() { CoolDownSeconds = double.NaN }) },
        { "moves an hour is NaN", Hot(new() { MaxMovesPerHour = double.NaN }) },
    };

    [Fact]
    public void Snapshot_OfEveryGoodKind_IsNotRefused()
    {
        ClusterSnapshot[] good =
        [
            Of(), Of(Host("h1")), Of(Host("h1", 0)), Of(new HostSnapshot("h1", [1L << 52, 1])), Has(c => c), Has(c => c with { Host = "gone" }), Has(c => c with { Limits = [0, 0] }),
            Has(c => c with { Profiles = [_flat, null] }), Has(c => c with { Profiles = [new ProfileSnapshot([]), new ProfileSnapshot([0])] }),
            Has(c => c with { MovedAt = DateTimeOffset.MaxValue }), Has(c => c with { Constraints = new PlacementConstraints { MaxPerHost = 0 } }),
            Policy(new() { SampleSize = 0 }), Policy(new() { Rankers = [] }), Policy(new() { Overcommit = [new("", "cpu", 1), new("big", "cpu", 1)] }),
            Hot(new() { SamplesAbove = 5 }), Hot(new() { SamplesAbove = 1, SamplesLooked = 1 }), Hot(new() { CoolDownSeconds = 0, MaxMovesPerApp = 0 }), Hot(new() { Hysteresis = 0.7499 }), Hot(new() { Hysteresis = 0 }), Hot(new() { MaxMoves = 0, MaxMovesPerHour = 0 }),
        ];
        Assert.All(good.SelectMany(Refusals), Assert.Null);
    }

    /// <summary>Of several that break a rule the first is named, whatever comes after it.</summary>
    [Fact]
    public void Refusal_OfSeveral_NamesTheFirst()
    {
        var requests = Of(Host("h1")) with { Pending = [Request("good", "a"), Request("first", "a", 0), Request("second", "a", -3)] };
        Assert.StartsWith("Request first asks for 0", Placer.Plan(requests).Refusal!.Message);
        Assert.StartsWith("Host b is in the snapshot twice", Placer.Plan(Of(Host("a"), Host("b"), Host("b"), Host("c"), Host("c"))).Refusal!.Message);
    }

    [Fact]
    public void Burst_TenTimesTheLimit_IsHotAndRelievedWithoutOverflow()
    {
        // Three samples of ten times what the container may use: its own host is far beyond its capacity.
        float[] burst = [.. Enumerable.Repeat(100f, 37), 5000, 5000, 5000];
        ContainerSnapshot Bursting(string id) => Container(id, id, "h1", 500, 64) with { Profiles = [new ProfileSnapshot(burst), null] };
        var snapshot = Of(Host("h1", 4000), Host("h2", 4000)) with { Containers = [Bursting("a"), Bursting("b")], Policy = Overcommitted };
        Assert.Equal([("h1", "cpu")], Sandpiper.Hot(snapshot));
        var lasting = snapshot with { Containers = [.. snapshot.Containers.Select(c => c with { Profiles = [new ProfileSnapshot([.. Enumerable.Repeat(5000f, 40)]), null] })] };
        Assert.Equal([("h1", "cpu")], Sandpiper.Hot(lasting));
        Assert.Contains(Sandpiper.Plan(lasting).Value.Alarms, a => a.StartsWith("h1 is hot on cpu", StringComparison.Ordinal));
    }

    [Fact]
    public void Clock_BehindTheLastMove_LeavesTheContainerAlone()
    {
        // Moved "in an hour": its cool-down has not begun to count, so it is not over either.
        var now = DateTimeOffset.UnixEpoch.AddDays(1);
        var snapshot = Of(Host("h1"), Host("h2")) with { Now = now, Containers = [Busy("a", "h1", 1900), Busy("b", "h1", 1900)], Policy = Overcommitted };
        Assert.NotEmpty(Sandpiper.Plan(snapshot).Value.Waves);
        var ahead = snapshot with { Containers = [.. snapshot.Containers.Select(c => c with { MovedAt = now.AddHours(1) })] };
        Assert.Empty(Sandpiper.Plan(ahead).Value.Waves);
        Assert.NotEmpty(Sandpiper.Plan(ahead).Value.Alarms);
    }

    [Fact]
    public void Container_LargerThanItsHost_IsAnAlarmAndNoMove()
    {
        var plan = Sandpiper.Plan(Of(Host("h1"), Host("h2")) with { Containers = [Busy("a", "h1", 9000)], Policy = Overcommitted }).Value;
        Assert.Empty(plan.Waves);
        Assert.Contains("cluster is short of capacity", Assert.Single(plan.Alarms));
    }

    /// <summary>Containers on a host that is not there are told by every pass, with their number and one of them.</summary>
    [Fact]
    public void Containers_OfVanishedHosts_AreToldByEveryPass()
    {
        var snapshot = Of(Host("h1")) with { Containers = [Container("c2", "a", "gone"), Container("c1", "a", "gone"), Container("c3", "a", "away"), Container("c4", "a", "h1")] };
        foreach (var alarms in new[] { Placer.Plan(snapshot).Value.Alarms, Sandpiper.Plan(snapshot).Value.Alarms, ClusterRepack.Plan(snapshot, new RepackOptions()).Value.Plan.Alarms })
        {
            Assert.Equal(2, alarms.Count);
            Assert.StartsWith("1 containers are on host away, which is not in the cluster any more (c3 is one)", alarms[0]);
            Assert.StartsWith("2 containers are on host gone, which is not in the cluster any more (c1 is one)", alarms[1]);
        }
    }

    /// <summary>Constraints that no host can meet together: the refusal names for each host what keeps it out.</summary>
    [Fact]
    public void Constraints_ThatContradict_AreNamedHostByHost()
    {
        var snapshot = Of(Host("h1") with { Zone = "a", Volumes = ["v"] }, Host("h2") with { Zone = "b" }, Host("h3") with { Zone = "b", DedicatedTo = "o2" }) with
        {
            Pending = [Request("r", "x", 2) with { Owner = "o1", Volume = "v", Constraints = new PlacementConstraints { Zones = ["b"] } }],
        };
        var refusal = Assert.Single(Placer.Plan(snapshot).Value.Refusals);
        Assert.Equal((2, "0 of 3 hosts: 1 dedicated to other owners, 1 not in zone b, 1 do not hold volume v"), (refusal.Count, Said.Plainly(refusal.Explanation)));
    }

    [Theory]
    [InlineData(nameof(RepackOptions.MaxMovedShare), -0.01, 1.01)]
    [InlineData(nameof(RepackOptions.MaxOverloadChance), -0.01, 1.01)]
    [InlineData(nameof(RepackOptions.Beta), -0.01, 1.01)]
    [InlineData(nameof(RepackOptions.Safety), 0, 1.01)]
    [InlineData(nameof(RepackOptions.Alpha), -1, double.PositiveInfinity)]
    [InlineData(nameof(RepackOptions.BalanceGoal), -1, double.PositiveInfinity)]
    [InlineData(nameof(RepackOptions.DrainSeconds), -1, double.PositiveInfinity)]
    public void Option_BeyondItsBounds_IsRefusedByName(string option, double below, double above)
    {
        foreach (var value in new[] { below, above, double.NaN })
        {
            var options = new RepackOptions();
            typeof(RepackOptions).GetProperty(option)!.SetValue(options, value);
            var message = ClusterRepack.Plan(Of(Host("h1")), options).Refusal!.Message;
            Assert.StartsWith(FormattableString.Invariant($"{option} is {value}, so nothing can be repacked by it. Use "), message);
            Assert.Equal(message, CellPacking.Open(Of(Host("h1")), options).Refusal!.Message);
            Assert.Equal(message, ClusterRepack.Resume(Of(Host("h1")), new Plan(), options).Refusal!.Message);
        }
    }

    [Theory]
    [InlineData(0, 1, 1)]
    [InlineData(1, 0, 1)]
    [InlineData(1, 1, -3)]
    public void Option_NoMoveAtOnce_IsRefused(int atOnce, int perHost, int perApp) => Assert.Contains(
        "MovesAtOnce",
        ClusterRepack.Plan(Of(Host("h1")), new RepackOptions { MovesAtOnce = atOnce, MovesAtOncePerHost = perHost, MovesAtOncePerApp = perApp }).Refusal!.Message);

    [Theory]
    [InlineData("big", double.NaN)]
    [InlineData("", -1)]
    public void Option_PriceThatCantBe_IsRefusedWithItsClass(string kind, double price) => Assert.StartsWith(
        FormattableString.Invariant($"Prices[{kind}] is {price}"),
        ClusterRepack.Plan(Of(Host("h1")), new RepackOptions { Prices = new Dictionary<string, double> { ["x"] = 1, [kind] = price } }).Refusal!.Message);

    private static ClusterPolicy Overcommitted { get; } = new() { Overcommit = [new("", "cpu", 4)] };

    private static ContainerSnapshot Busy(string id, string host, float cpu) =>
        Container(id, "app-" + id, host, 1000, 64) with { Profiles = [new ProfileSnapshot([.. Enumerable.Repeat(cpu, 40)]), null] };

    private static ClusterSnapshot Has(Func<ContainerSnapshot, ContainerSnapshot> change) => Of(Host("h1")) with { Containers = [change(Container("c", "a", "h1"))] };

    private static ClusterSnapshot Policy(ClusterPolicy policy) => Of(Host("h1")) with { Policy = policy };

    private static ClusterSnapshot Hot(HotspotPolicy policy) => Policy(new() { Hotspots = policy });
}
