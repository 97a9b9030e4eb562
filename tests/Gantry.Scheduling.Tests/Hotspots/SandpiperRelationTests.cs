using CsCheck;
using Gantry.Scheduling.Hotspots;
using Gantry.Scheduling.Model;
using Gantry.Scheduling.Profiles;
using Gantry.Scheduling.Tests.Support;

namespace Gantry.Scheduling.Tests.Hotspots;

/// <summary>Two clusters of which it is known how what is hot in them, and what is done about it, must relate.</summary>
public sealed class SandpiperRelationTests
{
    private const int Cases = 600;

    /// <summary>Limits are reserved: what a predictor makes of fractions is rounded.</summary>
    private static Gen<ClusterSnapshot> Any => HotClusters.Any.Select(s => s with { Policy = s.Policy with { Predictor = "limits" } });

    /// <summary>Cores or thousandths, bits or bytes a second: the unit decides nothing. That of memory does, as what has to be warmed costs by the megabyte.</summary>
    [Fact]
    public void Amounts_AllTimesAPowerOfTwo_MoveTheSame() => Gen.Select(Any, Gen.Int[1, 8]).Sample((s, power) =>
        Assert.Equal(Relations.Text(Sandpiper.Plan(s).Value), Relations.Text(Sandpiper.Plan(Relations.Scaled(s, 1L << power, r => s.Resources[r] != "memory")).Value)), iter: Cases);

    [Fact]
    public void Names_AllOthers_GiveThePlanWithThoseNames() => HotClusters.Any.Sample(s =>
        Assert.Equal(Relations.Text(Sandpiper.Plan(s).Value), Relations.WithOldNames(Sandpiper.Plan(Relations.Renamed(s)).Value)), iter: Cases);

    [Theory]
    [InlineData(HostState.Draining)]
    [InlineData(HostState.Down)]
    public void Host_ThatTakesNothing_ChangesNothing(HostState state) => HotClusters.Any.Sample(s =>
        Assert.Equal(Relations.Text(Sandpiper.Plan(s).Value), Relations.Text(Sandpiper.Plan(Relations.With(s, Relations.Closed(s, state))).Value)), iter: Cases);

    /// <summary>Only how long ago something was moved counts.</summary>
    [Fact]
    public void Clock_SetOnWithAllThatWasMoved_ChangesNothing() => Gen.Select(HotClusters.Any, Gen.Int[-90, 9000]).Sample((s, days) =>
    {
        var later = s with { Now = s.Now.AddDays(days), Containers = [.. s.Containers.Select(c => c with { MovedAt = c.MovedAt?.AddDays(days) })] };
        Assert.Equal(Relations.Text(Sandpiper.Plan(s).Value), Relations.Text(Sandpiper.Plan(later).Value));
    }, iter: Cases);

    /// <summary>A resource that is no part of the volume, used far beyond what there is: limits bound what goes where, and those are small.</summary>
    [Fact]
    public void Resource_ThatHotspotsAreNotAbout_ChangesNothing() => Any.Sample(s =>
    {
        ProfileSnapshot busy = new([.. Enumerable.Repeat(1e6f, 40)]);
        var more = s with
        {
            Resources = [.. s.Resources, "pids"],
            Hosts = [.. s.Hosts.Select(h => h with { Capacity = [.. h.Capacity, 1000] })],
            Containers = [.. s.Containers.Select(c => c with { Limits = [.. c.Limits, 1], Profiles = c.Profiles.Count == 0 ? [] : [.. c.Profiles, busy] })],
        };
        Assert.Equal(Relations.Text(Sandpiper.Plan(s).Value), Relations.Text(Sandpiper.Plan(more).Value));
    }, iter: Cases);

    /// <summary>What a pass is not about: requests that wait, ids that are kept ready, the seed, how many hosts a placement looks at.</summary>
    [Fact]
    public void Snapshot_OfOtherRequestsAndSeed_MovesTheSame() => Gen.Select(HotClusters.Any, Gen.ULong).Sample((s, seed) =>
    {
        var other = s with
        {
            Seed = seed,
            NewIds = ["n1"],
            Pending = [new PlacementRequest("r", "a", 3, [.. s.Resources.Select(_ => 1L)])],
            Policy = s.Policy with { SampleSize = 1, Preemption = false, Rankers = [] },
        };
        Assert.Equal(Relations.Text(Sandpiper.Plan(s).Value), Relations.Text(Sandpiper.Plan(other).Value));
    }, iter: Cases);

    /// <summary>A stricter rule calls no host hot that was not.</summary>
    [Theory]
    [InlineData("threshold")]
    [InlineData("samples above")]
    [InlineData("samples looked at")]
    [InlineData("load")]
    [InlineData("capacity")]
    public void Hot_ByAStricterRule_IsNoMore(string what) => Gen.Select(HotClusters.Any, Gen.Double[0.01, 0.3], Gen.Int[1, 3]).Sample((s, more, count) =>
    {
        var rule = s.Policy.Hotspots;
        ClusterSnapshot By(HotspotPolicy policy) => s with { Policy = s.Policy with { Hotspots = policy } };
        var (loose, strict) = what switch
        {
            "threshold" => (s, By(rule with { Threshold = rule.Threshold + more })),
            "samples above" => (s, By(rule with { SamplesAbove = Math.Min(rule.SamplesLooked, rule.SamplesAbove + count) })),
            "samples looked at" => (By(rule with { SamplesLooked = rule.SamplesLooked + count }), s),
            "load" => (Relations.Scaled(s, 2), s with { Hosts = [.. s.Hosts.Select(h => h with { Capacity = [.. h.Capacity.Select(c => 2 * c)] })] }),
            _ => (s, s with { Hosts = [.. s.Hosts.Select(h => h with { Capacity = [.. h.Capacity.Select(c => c + (long)(c * more))] })] }),
        };
        // Twice the load on hosts twice as large is as hot as before; half of it, which is the second, is no hotter.
        Assert.Subset(Sandpiper.Hot(loose).ToHashSet(), Sandpiper.Hot(strict).ToHashSet());
    }, iter: Cases);

    /// <summary>With room for fewer moves a pass makes the first of those it would make: the worst are relieved first. A swap is two moves and may be left out.</summary>
    [Fact]
    public void Moves_OfASmallerBudget_AreTheFirstOfALargerOne() => Gen.Select(HotClusters.Any, Gen.Int[0, 4]).Sample((s, most) =>
    {
        ClusterSnapshot With(int moves) => s with
        {
            Containers = [.. s.Containers.Select(c => c with { MovedAt = null })],
            Policy = s.Policy with { Hotspots = s.Policy.Hotspots with { MaxMoves = moves, MaxMovesPerHour = 9 } },
        };
        var (few, many) = (Moves(With(most)), Moves(With(50)));
        if (many.Any(m => m.Swap.Count > 0)) return;
        Assert.Equal(many.Take(most).Select(m => (m.ContainerId, m.From, m.To)), few.Select(m => (m.ContainerId, m.From, m.To)));
    }, iter: Cases);

    /// <summary>Carried out, a plan leaves less expected excess on the hosts that it touches than there was, whatever it is that it moved.</summary>
    [Fact]
    public void Moves_OfAnyPlan_LowerTheRiskOfTheHostsTheyTouch() => Any.Sample(s =>
    {
        var moves = Moves(s);
        if (moves.Count == 0) return;
        var after = s with { Containers = [.. s.Containers.Select(c => c with { Host = moves.Find(m => m.ContainerId == c.Id)?.To ?? c.Host })] };
        var touched = moves.SelectMany(m => new[] { m.From, m.To }).ToHashSet();
        // By what is expected, or by the latest samples where those are more: that is how the hosts that are hot were weighed.
        var hot = Sandpiper.Hot(s).ToHashSet();
        Assert.True(Risk(after, s, touched, hot) < Risk(s, s, touched, hot));
    }, iter: Cases);

    private static double Risk(ClusterSnapshot s, ClusterSnapshot before, HashSet<string> touched, HashSet<(string, string)> hot)
    {
        var resources = HostLoad.Resources(s);
        var origin = before.Containers.ToDictionary(c => c.Id, c => c.Host);
        double risk = 0;
        foreach (var host in s.Hosts.Where(h => touched.Contains(h.Id)))
        {
            var load = new HostLoad(s, host, resources, 0);
            foreach (var container in s.Containers.Where(c => c.Host == host.Id))
            {
                var one = new ContainerLoad(container, resources, 1);
                for (var i = 0; i < resources.Length; i++)
                    if (hot.Contains((origin[container.Id], s.Resources[resources[i]]))) one.RaiseToLatest(i, resources[i], s.Policy.Hotspots.SamplesAbove);
                load.Add(one);
            }

            load.Update();
            risk += load.Risk;
        }

        return risk;
    }

    private static List<Move> Moves(ClusterSnapshot s) => [.. Sandpiper.Plan(s).Value.Waves.SelectMany(w => w.Moves)];
}
