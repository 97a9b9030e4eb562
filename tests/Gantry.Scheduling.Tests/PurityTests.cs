using CsCheck;
using Gantry.Scheduling.Hotspots;
using Gantry.Scheduling.Model;
using Gantry.Scheduling.Placing;
using Gantry.Scheduling.Repacking;
using Gantry.Scheduling.Tests.Repacking;
using Gantry.Scheduling.Tests.Support;

namespace Gantry.Scheduling.Tests;

/// <summary>A pass changes nothing but what it gives back: not the snapshot, not the plan it goes on with, and not what another pass is just doing.</summary>
public sealed class PurityTests
{
    private static Gen<ClusterSnapshot> Any => Gen.OneOf(PlacementClusters.Any, PlacementClusters.Measured, HotClusters.Any, RepackClusters.Any);

    /// <summary>Every way through the room, as bytes.</summary>
    private static IEnumerable<Func<ClusterSnapshot, byte[]>> Passes =>
    [
        s => SnapshotSerializer.Write(Placer.Plan(s).Value), s => SnapshotSerializer.Write(Sandpiper.Plan(s).Value),
        s => SnapshotSerializer.Write(ClusterRepack.Plan(s, new RepackOptions { Steps = 20_000 }).Value.Plan),
        s => SnapshotSerializer.Write(ClusterRepack.Plan(s, new RepackOptions { Steps = 20_000, Objective = RepackObjective.Balance, StopTheWorld = true }).Value.Plan),
        s => [.. Sandpiper.Hot(s).SelectMany(h => System.Text.Encoding.UTF8.GetBytes(h.Host + h.Resource))],
        s => [.. CellPacking.Open(s, new RepackOptions()).Value.Pack([.. Enumerable.Range(0, s.Hosts.Count)], 2000).Select(h => (byte)h)],
    ];

    [Fact]
    public void Pass_OfAnyKind_LeavesItsSnapshotAsItWas() => Any.Sample(s =>
    {
        string[] before = [.. Filled.Values(s)];
        foreach (var pass in Passes) pass(s);
        Assert.Equal(before, Filled.Values(s));
    }, iter: 300);

    /// <summary>Asked again, and after other passes over the same lists: nothing of one pass stays for the next.</summary>
    [Fact]
    public void Pass_AfterAnyOthers_GivesTheSameBytes() => Gen.Select(Any, Any).Sample((s, other) =>
    {
        var first = Passes.Select(p => p(s)).ToList();
        foreach (var pass in Passes) pass(other);
        Assert.Equal(first, Passes.Reverse().Select(p => p(s)).Reverse());
    }, iter: 180);

    /// <summary>Many at once on the same snapshot: a control plane answers more than one question at a time.</summary>
    [Fact]
    public void Passes_AtTheSameTime_GiveTheSameBytes() => Any.Sample(s =>
    {
        var alone = Passes.Select(p => p(s)).ToList();
        Parallel.For(0, 12, i => Assert.Equal(alone[i % alone.Count], Passes.ElementAt(i % alone.Count)(s)));
    }, iter: 90, threads: 1);

    [Fact]
    public void Resume_OfAPlan_LeavesThePlanAsItWas() => Gen.Select(RepackClusters.Any, RepackClusters.Options).Sample((s, options) =>
    {
        var plan = ClusterRepack.Plan(s, options).Value.Plan;
        string[] before = [.. Filled.Values(plan), .. Filled.Values(s)];
        var changed = s with { Containers = [.. s.Containers.Skip(2)], Hosts = [.. s.Hosts.Select((h, i) => i == 0 ? h with { State = HostState.Down } : h)] };
        ClusterRepack.Resume(changed, plan, options);
        ClusterRepack.Resume(s, plan, options);
        Assert.Equal(before, Filled.Values(plan).Concat(Filled.Values(s)));
    }, iter: 240);

    /// <summary>Two sessions on one snapshot know nothing of each other.</summary>
    [Fact]
    public void Sessions_OnOneSnapshot_AreApart() => PlacementClusters.Any.Sample(s =>
    {
        PlacementSession Open() => PlacementSession.Open(s).Value;
        var (alone, one, two) = (Open(), Open(), Open());
        foreach (var request in s.Pending)
        {
            var expected = alone.Place(request);
            Assert.Equal(expected, one.Place(request));
            // The other is a request behind.
            if (two.Place(s.Pending[0]) is { IsPlaced: true } decision) two.Release(s.Pending[0], decision.Host);
        }

        Assert.Equal(alone.State.Free, one.State.Free);
    }, iter: 300);

    /// <summary>A plan does not change when the lists it was made from do.</summary>
    [Fact]
    public void Plan_OfListsThatChangeLater_StaysAsItIs()
    {
        List<ContainerSnapshot> containers = [Clusters.Container("c1", "a", "h1"), Clusters.Container("c2", "b", "h2")];
        List<HostSnapshot> hosts = [Clusters.Host("h1"), Clusters.Host("h2")];
        var snapshot = new ClusterSnapshot { Hosts = hosts, Containers = containers, Pending = [Clusters.Request("r", "x", 2)] };
        var (placed, repacked) = (Placer.Plan(snapshot).Value, ClusterRepack.Plan(snapshot, new RepackOptions()).Value);
        var session = PlacementSession.Open(snapshot).Value;
        string[] before = [.. Filled.Values(placed), .. Filled.Values(repacked)];
        containers.Clear();
        hosts.RemoveAt(0);
        Assert.Equal(before, Filled.Values(placed).Concat(Filled.Values(repacked)));
        Assert.Equal(["h1", "h2"], session.Hosts.Select(h => h.Id));
        Assert.True(session.Place(Clusters.Request("r", "x")).IsPlaced);
    }
}
