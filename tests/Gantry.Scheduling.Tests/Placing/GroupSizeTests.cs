using CsCheck;
using Gantry.Scheduling.Model;
using Gantry.Scheduling.Placing;
using Gantry.Scheduling.Tests.Support;

namespace Gantry.Scheduling.Tests.Placing;

/// <summary>How many of one group find a place is a sum over hosts, whatever is ranked, sampled or kept: no host minds what another holds.</summary>
public sealed class GroupSizeTests
{
    private const int Cases = 900;

    private static Gen<ClusterSnapshot> One => Gen.OneOf(PlacementClusters.Any, PlacementClusters.Measured).Select(s => s with
    {
        // What takes nothing would be placed without end.
        Pending = [s.Pending[0] with { Count = 300, Limits = [.. s.Pending[0].Limits.Select((l, r) => r == 0 ? Math.Max(250, l) : l)] }],
        Policy = s.Policy with { Preemption = false },
    });

    [Fact]
    public void Group_OfMoreThanFit_FillsEveryHostToItsLastRule() => Gen.Select(One, Gen.Int[0, 3]).Sample((s, sample) =>
    {
        s = s with { Policy = s.Policy with { SampleSize = sample } };
        var room = s.Hosts.ToDictionary(h => h.Id, h => Room(s, s.Pending[0], h));
        var plan = Placer.Plan(s).Value;
        Assert.Equal(Math.Min(300, room.Values.Sum()), plan.Placements.Count);
        if (room.Values.Sum() > 300) return;
        foreach (var (host, most) in room) Assert.Equal(most, plan.Placements.Count(p => p.Host == host));
    }, iter: 2 * Cases);

    [Fact]
    public void Group_InTwoParts_GetsAsManyAsInOne() => Gen.Select(One, Gen.Int[1, 299]).Sample((s, first) =>
    {
        var parts = s with { Pending = [s.Pending[0] with { Id = "a", Count = first }, s.Pending[0] with { Id = "b", Count = 300 - first }] };
        Assert.Equal(Placer.Plan(s).Value.Placements.Count, Placer.Plan(parts).Value.Placements.Count);
    }, iter: Cases);

    /// <summary>A pass carried out and the rest asked for again: together as many as in one pass.</summary>
    [Fact]
    public void Group_InTwoPasses_GetsAsManyAsInOne() => Gen.Select(One, Gen.Int[1, 299]).Sample((s, first) =>
    {
        if (s.Policy.Predictor is not "limits") return;
        var whole = Placer.Plan(s).Value.Placements.Count;
        var start = Placer.Plan(s with { Pending = [s.Pending[0] with { Count = first }] }).Value;
        var then = s with
        {
            Containers = [.. s.Containers, .. start.Placements.Select((p, i) => new ContainerSnapshot($"n{i:000}", s.Pending[0].App, p.Host, s.Pending[0].Limits))],
            Pending = [s.Pending[0] with { Count = 300 - first }],
        };
        Assert.Equal(whole, start.Placements.Count + Placer.Plan(then).Value.Placements.Count);
    }, iter: Cases);

    /// <summary>What only takes away from what forbids never places fewer.</summary>
    [Theory]
    [InlineData("a host more capacity")]
    [InlineData("a host more")]
    [InlineData("a container fewer")]
    [InlineData("a rule fewer")]
    [InlineData("a looser rule")]
    [InlineData("any zone")]
    [InlineData("any class")]
    [InlineData("any label")]
    [InlineData("any number a host")]
    [InlineData("not only dedicated hosts")]
    [InlineData("a smaller limit")]
    [InlineData("a host of nobody's own")]
    [InlineData("all hosts ready")]
    [InlineData("more promised")]
    public void Freedom_OfAnyKind_NeverPlacesFewer(string freedom) => Gen.Select(One, Gen.ULong).Sample((s, seed) =>
    {
        if (s.Policy.Predictor is not "limits") return;
        Assert.True(Placer.Plan(s).Value.Placements.Count <= Placer.Plan(Freer(s, new Draw(seed), freedom)).Value.Placements.Count);
    }, iter: 300);

    private static ClusterSnapshot Freer(ClusterSnapshot s, Draw d, string freedom)
    {
        var (host, request) = (d.Int(0, s.Hosts.Count - 1), s.Pending[0]);
        ClusterSnapshot Asking(Func<PlacementConstraints, PlacementConstraints> change) => s with { Pending = [request with { Constraints = change(request.Constraints) }] };
        ClusterSnapshot On(Func<HostSnapshot, bool> which, Func<HostSnapshot, HostSnapshot> change) => s with { Hosts = [.. s.Hosts.Select(h => which(h) ? change(h) : h)] };
        return freedom switch
        {
            "a host more capacity" => On(h => h == s.Hosts[host], h => h with { Capacity = [.. h.Capacity.Select(c => c + d.Int(0, 4000))] }),
            "a host more" => Relations.With(s, s.Hosts[host] with { Id = "zz" }),
            "a container fewer" => s with { Containers = [.. s.Containers.Skip(1)] },
            "a rule fewer" => s with { Interference = [.. s.Interference.Skip(1)] },
            "a looser rule" => s with { Interference = [.. s.Interference.Select((i, n) => n == 0 ? i with { Most = i.Most + d.Int(1, 3) } : i)] },
            "any zone" => Asking(c => c with { Zones = [] }),
            "any class" => Asking(c => c with { Classes = [] }),
            "any label" => Asking(c => c with { Labels = c.Labels.Skip(1).ToDictionary() }),
            "any number a host" => Asking(c => c with { MaxPerHost = 0 }),
            "not only dedicated hosts" => Asking(c => c with { DedicatedOnly = false }),
            "a smaller limit" => s with { Pending = [request with { Limits = [.. request.Limits.Select(l => l * d.Int(1, 2) / 2)] }] },
            "a host of nobody's own" => request.Constraints.DedicatedOnly ? s : On(h => h.DedicatedTo != request.Owner, h => h with { DedicatedTo = "" }),
            "all hosts ready" => On(_ => true, h => h with { State = HostState.Ready }),
            _ => s with { Policy = s.Policy with { Overcommit = [.. s.Policy.Overcommit.Select(o => o with { Factor = o.Factor + d.Double(0, 2) })] } },
        };
    }

    /// <summary>How many more of the request the host takes, one rule after the other.</summary>
    private static long Room(ClusterSnapshot s, PlacementRequest request, HostSnapshot host)
    {
        var (plain, where, own) = (new PlainPlacement(s), request.Constraints, new PlainPlacement(s).Count(request.App, host.Id));
        if (host.State != HostState.Ready || (host.DedicatedTo != "" && host.DedicatedTo != request.Owner) || (host.DedicatedTo == "" && where.DedicatedOnly)) return 0;
        if ((where.Zones.Count > 0 && !where.Zones.Contains(host.Zone)) || (where.Classes.Count > 0 && !where.Classes.Contains(host.Class))) return 0;
        if (!where.Labels.All(l => host.Labels.Contains(l)) || (request.Volume != "" && !host.Volumes.Contains(request.Volume))) return 0;
        List<long> most = [where.MaxPerHost == 0 ? long.MaxValue : where.MaxPerHost - own];
        foreach (var rule in s.Interference)
        {
            if (rule.App == request.App && rule.Other == request.App) most.Add(rule.Most + 1 - own);
            else if (rule.App == request.App && plain.Count(rule.Other, host.Id) > rule.Most) most.Add(0);
            else if (rule.Other == request.App && plain.Count(rule.App, host.Id) > 0) most.Add(rule.Most - own);
        }

        most.AddRange(plain.Free(host).Zip(request.Limits).Where(x => x.Second > 0).Select(x => x.First / x.Second));
        return Math.Max(0, most.Min());
    }
}
