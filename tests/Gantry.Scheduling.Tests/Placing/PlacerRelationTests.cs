using CsCheck;
using Gantry.Scheduling.Model;
using Gantry.Scheduling.Placing;
using Gantry.Scheduling.Tests.Support;

namespace Gantry.Scheduling.Tests.Placing;

/// <summary>Two clusters of which it is known how their placements must relate, whatever these are.</summary>
public sealed class PlacerRelationTests
{
    private const int Cases = 900;

    /// <summary>What is counted in thousandths or in cores decides nothing.</summary>
    [Fact]
    public void Amounts_AllTimesAPowerOfTwo_ChooseTheSame() => Gen.Select(PlacementClusters.Any, Gen.Int[1, 10]).Sample((s, power) =>
    {
        // Of a resource that no host has, a request's share is not one of a total.
        if (s.Resources.Select((_, r) => s.Hosts.Sum(h => h.Capacity[r])).Any(total => total == 0)) return;
        var (plan, scaled) = (Placer.Plan(s).Value, Placer.Plan(Relations.Scaled(s, 1L << power)).Value);
        Assert.Equal(plan.Placements, scaled.Placements);
        Assert.Equal(Evicted(plan), Evicted(scaled));
        Assert.Equal(Refused(plan), Refused(scaled));
    }, iter: Cases);

    [Fact]
    public void Names_AllOthers_GiveThePlanWithThoseNames() => Gen.OneOf(PlacementClusters.Any, PlacementClusters.Measured).Sample(s =>
        Assert.Equal(Relations.Text(Placer.Plan(s).Value), Relations.WithOldNames(Placer.Plan(Relations.Renamed(s)).Value)), iter: Cases);

    [Fact]
    public void Weights_AllTwice_ChooseTheSameAtTwiceTheScore() => PlacementClusters.Any.Sample(s =>
    {
        var twice = s with { Policy = s.Policy with { Rankers = [.. s.Policy.Rankers.Select(r => r with { Weight = 2 * r.Weight })] } };
        var plan = Placer.Plan(s).Value;
        Assert.Equal(plan.Placements.Select(p => p with { Score = 2 * p.Score }), Placer.Plan(twice).Value.Placements);
    }, iter: Cases);

    /// <summary>A ranker that counts for nothing is none, as long as it looks at the host alone: one that looks at others keeps scores from being kept.</summary>
    [Fact]
    public void Ranker_OfNoWeight_DecidesNothing() => PlacementClusters.Any.Sample(s =>
    {
        if (s.Policy.Rankers.Any(r => r.Ranker == "zone-spread")) return;
        var more = PlainRankers.Names.Where(n => n != "zone-spread" && s.Policy.Rankers.All(r => r.Ranker != n)).Select(n => new RankerWeight(n, 0));
        var plan = Placer.Plan(s).Value;
        Assert.Equal(Relations.Text(plan), Relations.Text(Placer.Plan(s with { Policy = s.Policy with { Rankers = [.. s.Policy.Rankers, .. more] } }).Value));
    }, iter: Cases);

    /// <summary>What nobody asks for, what is said twice and what is weaker than something that is said already.</summary>
    [Theory]
    [InlineData("weaker rules")]
    [InlineData("rules said twice")]
    [InlineData("rules of apps that nobody runs")]
    [InlineData("overcommit of a class that no host has")]
    [InlineData("what hosts hold that nobody wants")]
    [InlineData("containers on hosts that are gone")]
    [InlineData("what containers cost to move")]
    [InlineData("another time of day")]
    public void Change_ThatMeansNothing_GivesTheSamePlan(string change) => Gen.OneOf(PlacementClusters.Any, PlacementClusters.Measured).Sample(s =>
    {
        var plan = Placer.Plan(s).Value with { Alarms = [] };
        Assert.Equal(Relations.Text(plan), Relations.Text(Placer.Plan(Changed(s, change)).Value with { Alarms = [] }));
    }, iter: 240);

    private static ClusterSnapshot Changed(ClusterSnapshot s, string change) => change switch
    {
        "weaker rules" => s with { Interference = [.. s.Interference, .. s.Interference.Select(i => i with { Most = i.Most + 1 })] },
        "rules said twice" => s with { Interference = [.. s.Interference, .. s.Interference] },
        "rules of apps that nobody runs" => s with { Interference = [.. s.Interference, new("nobody", "none", 0), new("none", "none", 0)] },
        "overcommit of a class that no host has" => s with { Policy = s.Policy with { Overcommit = [.. s.Policy.Overcommit, new("unheard-of", "cpu", 9)] } },
        "what hosts hold that nobody wants" => s with
        {
            Hosts = [.. s.Hosts.Select(h => h with { Images = [.. h.Images, "img9"], Volumes = [.. h.Volumes, "v9"], Labels = h.Labels.Append(new("rack", "r9")).ToDictionary() })],
        },
        "containers on hosts that are gone" => s with { Containers = [.. s.Containers, new ContainerSnapshot("gone", "a", "h99", [.. s.Resources.Select(_ => 1L)]) { Priority = -1 }] },
        "what containers cost to move" => s with { Containers = [.. s.Containers.Select(c => c with { BootSeconds = 99, Connections = 99, Movable = false, MovedAt = s.Now })] },
        _ => s with { Now = s.Now.AddHours(7) },
    };

    /// <summary>Only which is higher counts.</summary>
    [Fact]
    public void Priorities_AllHigherByTheSame_DisplaceTheSame() => Gen.Select(PlacementClusters.Any, Gen.Int[-1000, 1000]).Sample((s, more) =>
    {
        var raised = s with
        {
            Containers = [.. s.Containers.Select(c => c with { Priority = c.Priority + more })],
            Pending = [.. s.Pending.Select(p => p with { Priority = p.Priority + more })],
        };
        var (plan, other) = (Placer.Plan(s).Value, Placer.Plan(raised).Value);
        Assert.Equal(plan.Placements, other.Placements);
        Assert.Equal(Evicted(plan), Evicted(other));
        Assert.Equal(plan.Refusals, other.Refusals);
    }, iter: Cases);

    /// <summary>So many cores that may be promised twice are twice as many cores.</summary>
    [Fact]
    public void Overcommit_OfTwo_IsTwiceTheCapacity() => PlacementClusters.Any.Sample(s =>
    {
        var promised = s with { Policy = s.Policy with { Overcommit = [.. s.Resources.Select(r => new Overcommit("", r, 2))] } };
        var larger = s with { Policy = s.Policy with { Overcommit = [] }, Hosts = [.. s.Hosts.Select(h => h with { Capacity = [.. h.Capacity.Select(c => 2 * c)] })] };
        Assert.Equal(Relations.Text(Placer.Plan(promised).Value), Relations.Text(Placer.Plan(larger).Value));
    }, iter: Cases);

    /// <summary>A cordoned host beside the others: the score of the best, and who has to go for a container, are as before. One container, as several may
    /// begin their search elsewhere.</summary>
    [Theory]
    [InlineData(HostState.Draining, "cordoned")]
    [InlineData(HostState.Down, "down")]
    public void Host_ThatTakesNothing_ChangesNothingButItsCount(HostState state, string told) => PlacementClusters.Any.Sample(s =>
    {
        // These two count hosts.
        if (s.Policy.Rankers.Any(r => r.Ranker is "first-fit" or "e-pvm")) return;
        var one = s with { Pending = [s.Pending[0] with { Count = 1 }] };
        var (plan, more) = (Placer.Plan(one).Value, Placer.Plan(Relations.With(one, Relations.Closed(one, state))).Value);
        Assert.Equal(plan.Placements.Select(p => (p.Score, p.Fitting)), more.Placements.Select(p => (p.Score, p.Fitting)));
        Assert.Equal(plan.Evictions, more.Evictions);
        Assert.Equal(plan.Refusals.Count, more.Refusals.Count);
        foreach (var (before, after) in plan.Refusals.Zip(more.Refusals))
        {
            Assert.StartsWith(FormattableString.Invariant($"0 of {s.Hosts.Count + 1} hosts: "), after.Explanation);
            Assert.Equal(Hosts(before.Explanation, told) + 1, Hosts(after.Explanation, told));
        }
    }, iter: Cases);

    /// <summary>Two clusters of which neither may take what is meant for the other, in one snapshot: each gets as many as by itself.</summary>
    [Fact]
    public void Clusters_ThatShareNothing_PlaceAsManyAsApart() => Gen.Select(PlacementClusters.Any, PlacementClusters.Any).Sample((a, b) =>
    {
        if (a.Resources.Count != b.Resources.Count) return;
        var (left, right) = (One(a, "left-"), One(b, "right-"));
        var both = left with { Hosts = [.. left.Hosts, .. right.Hosts], Containers = [.. left.Containers, .. right.Containers], Pending = [.. left.Pending, .. right.Pending], Interference = [.. left.Interference, .. right.Interference] };
        var plan = Placer.Plan(both).Value;
        foreach (var side in new[] { left, right })
            Assert.Equal(Placer.Plan(side).Value.Placements.Count, plan.Placements.Count(p => p.Request == side.Pending[0].Id));
    }, iter: Cases);

    /// <summary>One group in a zone of its own, with names that no other cluster has, and nobody displaced.</summary>
    private static ClusterSnapshot One(ClusterSnapshot s, string name) => s with
    {
        Hosts = [.. s.Hosts.Select(h => h with { Id = name + h.Id, Zone = name })],
        Containers = [.. s.Containers.Select(c => c with { Id = name + c.Id, App = name + c.App, Host = name + c.Host })],
        Pending = [s.Pending[0] with { Id = name, App = name + s.Pending[0].App, Constraints = s.Pending[0].Constraints with { Zones = [name] } }],
        Interference = [.. s.Interference.Select(i => i with { App = name + i.App, Other = name + i.Other })],
        Policy = new ClusterPolicy { SampleSize = 0, Preemption = false },
    };

    private static int Hosts(string explanation, string told)
    {
        var counts = explanation.Split(": ", 2)[1].Split(", ");
        return counts.Where(c => c.EndsWith(' ' + told, StringComparison.Ordinal)).Select(c => int.Parse(c.Split(' ')[0])).SingleOrDefault();
    }

    private static IEnumerable<(string, string, string)> Evicted(Plan plan) => plan.Evictions.Select(e => (e.ContainerId, e.Host, e.ForRequest));

    private static IEnumerable<(string, int)> Refused(Plan plan) => plan.Refusals.Select(r => (r.Request, r.Count));
}
