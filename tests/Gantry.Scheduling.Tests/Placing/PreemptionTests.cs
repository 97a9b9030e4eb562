using CsCheck;
using Gantry.Scheduling.Model;
using Gantry.Scheduling.Placing;
using Gantry.Scheduling.Profiles;
using Gantry.Scheduling.Tests.Support;
using static Gantry.Scheduling.Tests.Clusters;

namespace Gantry.Scheduling.Tests.Placing;

/// <summary>What is displaced, against every set of containers that could have been.</summary>
public sealed class PreemptionTests
{
    [Fact]
    public void Displaced_OneRequest_IsAsLowAsAnySetThatMakesRoomAndNotOneTooMany() => One(measured: false).Sample(snapshot =>
    {
        var request = snapshot.Pending[0];
        var plan = Placer.Plan(snapshot).Value;
        var sets = SetsThatMakeRoom(snapshot, request);
        if (plan.Evictions.Count == 0)
        {
            // Placed without, or there is no set anywhere.
            Assert.Equal(plan.Placements.Count == 1, new PlainPlacement(snapshot).Explain(request)[0] != '0');
            if (plan.Placements.Count == 0) Assert.Empty(sets);
            return;
        }

        var gone = plan.Evictions.Select(e => e.ContainerId).ToHashSet();
        var victims = snapshot.Containers.Where(c => gone.Contains(c.Id)).ToList();
        Assert.All(victims, v => Assert.True(v.Priority < request.Priority));
        Assert.All(plan.Evictions, e => Assert.Equal(("r0", plan.Placements[0].Host), (e.ForRequest, e.Host)));
        Assert.Contains(sets, s => s.SetEquals(gone));
        // Nobody of a higher priority had to go, and nobody went in vain.
        var priority = snapshot.Containers.ToDictionary(c => c.Id, c => c.Priority);
        Assert.Equal(sets.Min(s => s.Max(id => priority[id])), victims.Max(v => v.Priority));
        Assert.DoesNotContain(sets, s => s.IsProperSubsetOf(gone));
    }, iter: 10_000);

    /// <summary>Where measured use is reserved, a container that leaves gives back what was reserved for it, which is less than its limits.</summary>
    [Fact]
    public void Displaced_WhereUseIsPredicted_MakesRoomThatIsThere() => One(measured: true).Sample(snapshot =>
    {
        var plan = Placer.Plan(snapshot).Value;
        var plain = new PlainPlacement(snapshot);
        foreach (var eviction in plan.Evictions) plain.Evict(eviction.ContainerId);
        foreach (var placement in plan.Placements)
        {
            var host = plain.Hosts.ToList().FindIndex(h => h.Id == placement.Host);
            Assert.NotNull(plain.Score(snapshot.Pending[0], host));
            plain.Place(snapshot.Pending[0], host);
        }
    }, iter: 2000);

    [Fact]
    public void Displaced_ForMoreThanTheHostHas_IsNobody()
    {
        // One that may use 900 and uses 50 would give back 50 of 1000: the request for 1500 fits no host, whoever goes.
        var idle = new ProfileSnapshot([.. Enumerable.Repeat(50f, 60)]);
        var snapshot = Of(Host("h1", 1000)) with
        {
            Containers = [Container("c1", "a", "h1", 900, 64) with { Profiles = [idle, null] }],
            Pending = [Request("r", "vip", 1, 1500, 64) with { Priority = 9 }],
            Policy = new ClusterPolicy { Predictor = "percentile-sum" },
        };
        var plan = Placer.Plan(snapshot).Value;
        Assert.Empty(plan.Evictions);
        Assert.Equal("0 of 1 hosts: 1 lack 1.5 cores of promisable cpu", Said.Plainly(Assert.Single(plan.Refusals).Explanation));
    }

    /// <summary>Priorities and sizes of three containers on one full host of 1000, and who goes for 500 of priority 5.</summary>
    [Theory]
    [InlineData("1:500 2:300 3:200", "c0")] // the lowest is enough
    [InlineData("3:500 2:300 1:200", "c1 c2")] // two low ones rather than one of 3
    [InlineData("2:400 2:400 2:200", "c0 c1")] // no one of them is enough; the first two are, the third would be too many
    [InlineData("1:100 1:100 2:800", "c2")] // the small ones went first, and stay once the large one has to go anyway
    [InlineData("5:500 5:300 6:200", "")] // its equals stay
    [InlineData("4:200 4:200 5:600", "")] // 400 are not enough
    public void Displaced_HandComputed_AreThese(string containers, string gone)
    {
        var there = containers.Split(' ').Select(c => c.Split(':')).Select((c, i) => Container($"c{i}", $"a{i}", "h1", long.Parse(c[1]), 1) with { Priority = int.Parse(c[0]) });
        var plan = Placer.Plan(Of(Host("h1", 1000)) with { Containers = [.. there], Pending = [Request("r", "vip", cpu: 500, memory: 1) with { Priority = 5 }] }).Value;
        Assert.Equal(gone, string.Join(' ', plan.Evictions.Select(e => e.ContainerId).Order()));
        Assert.Equal(gone == "" ? 0 : 1, plan.Placements.Count);
    }

    [Fact]
    public void Displaced_HostsToChooseFrom_TheLowestThenTheFewest()
    {
        // h1 would lose a 2, h2 two of 1, h3 one of 1.
        var snapshot = Of(Host("h1", 1000), Host("h2", 1000), Host("h3", 1000)) with
        {
            Containers =
            [
                Container("a", "a", "h1", 1000, 1) with { Priority = 2 }, Container("b", "b", "h2", 500, 1) with { Priority = 1 },
                Container("c", "c", "h2", 500, 1) with { Priority = 1 }, Container("d", "d", "h3", 1000, 1) with { Priority = 1 },
            ],
            Pending = [Request("r", "vip", cpu: 900, memory: 1) with { Priority = 5 }],
        };
        Assert.Equal("d", Assert.Single(Placer.Plan(snapshot).Value.Evictions).ContainerId);
    }

    /// <summary>Of two hosts that lose alike, the first; the placement says that one host fitted, after a look at all.</summary>
    [Fact]
    public void Displaced_HostsThatLoseAlike_TheFirst()
    {
        var snapshot = Of(Host("h1", 1000), Host("h2", 1000)) with
        {
            Containers = [Container("a", "a", "h1", 1000, 1), Container("b", "b", "h2", 1000, 1)],
            Pending = [Request("r", "vip", cpu: 900, memory: 1) with { Priority = 5 }],
        };
        var plan = Placer.Plan(snapshot).Value;
        Assert.Equal("a", Assert.Single(plan.Evictions).ContainerId);
        Assert.Equal(new Placement("r", "", "h1", 0, 1, 2), Assert.Single(plan.Placements));
        Assert.Equal("h1: best score (0) of 1 that fit among 2 hosts looked at", plan.Placements[0].Explanation);
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 0)]
    public void Displaced_PolicyForbidsIt_IsNobody(bool preemption, int evictions)
    {
        var snapshot = Of(Host("h1", 500)) with
        {
            Containers = [Container("c", "a", "h1")],
            Pending = [Request("r", "b") with { Priority = 1 }],
            Policy = new ClusterPolicy { Preemption = preemption },
        };
        Assert.Equal(evictions, Placer.Plan(snapshot).Value.Evictions.Count);
    }

    /// <summary>The other filters hold for hosts where somebody would be displaced as for all.</summary>
    [Theory]
    [InlineData("zone")]
    [InlineData("draining")]
    [InlineData("own")]
    [InlineData("interference")]
    public void Displaced_WhereAnotherFilterRefuses_IsNobody(string filter)
    {
        var snapshot = Of(Host("h1", 1000) with { State = filter == "draining" ? HostState.Draining : HostState.Ready }) with
        {
            Containers = [Container("c1", "a", "h1", 900, 1), Container("c2", "vip", "h1", 50, 1) with { Priority = 9 }, Container("c3", "b", "h1", 50, 1) with { Priority = 9 }],
            Interference = filter == "interference" ? [new InterferenceRule("b", "vip", 1)] : [],
            Pending =
            [
                Request("r", "vip", cpu: 900, memory: 1) with
                {
                    Priority = 5,
                    Constraints = new PlacementConstraints { MaxPerHost = filter == "own" ? 1 : 0, Zones = filter == "zone" ? ["z"] : [] },
                },
            ],
        };
        Assert.Empty(Placer.Plan(snapshot).Value.Evictions);
    }

    /// <summary>Clusters with one request of one container.</summary>
    private static Gen<ClusterSnapshot> One(bool measured) =>
        (measured ? PlacementClusters.Measured : PlacementClusters.Any).Select(s => s with
        {
            Pending = [s.Pending[0] with { Id = "r0", Count = 1 }],
            Containers = [.. s.Containers.Take(8)],
        });

    /// <summary>Every set of containers of lower priority on one host after whose departure the request fits there, though every other filter
    /// already lets it in: found by trying all.</summary>
    private static List<HashSet<string>> SetsThatMakeRoom(ClusterSnapshot snapshot, PlacementRequest request)
    {
        var found = new List<HashSet<string>>();
        foreach (var (host, index) in snapshot.Canonical().Hosts.Select((h, i) => (h, i)))
        {
            if (!OnlyRoomLacks(snapshot, request, host)) continue;
            var lower = snapshot.Containers.Where(c => c.Host == host.Id && c.Priority < request.Priority).ToList();
            for (var mask = 1; mask < 1 << lower.Count; mask++)
            {
                var plain = new PlainPlacement(snapshot);
                HashSet<string> set = [.. lower.Where((_, i) => (mask >> i & 1) == 1).Select(c => c.Id)];
                foreach (var id in set) plain.Evict(id);
                if (plain.Score(request, index) is not null) found.Add(set);
            }
        }

        return found;
    }

    private static bool OnlyRoomLacks(ClusterSnapshot snapshot, PlacementRequest request, HostSnapshot host)
    {
        var alone = snapshot with { Hosts = [host], Containers = [.. snapshot.Containers.Where(c => c.Host == host.Id)] };
        return new PlainPlacement(alone).Explain(request with { Limits = [.. request.Limits.Select(_ => 0L)] }).StartsWith('1');
    }
}
