using CsCheck;
using Gantry.Scheduling.Hotspots;
using Gantry.Scheduling.Model;
using Gantry.Scheduling.Placing;
using Gantry.Scheduling.Repacking;
using Gantry.Scheduling.Tests.Repacking;
using Gantry.Scheduling.Tests.Support;

namespace Gantry.Scheduling.Tests;

/// <summary>Same snapshot and seed, same bytes: whatever the order of any list, from the memory of the process or read from a record, in one part or in many.</summary>
public sealed class DeterminismTests
{
    [Fact]
    public void Placement_ShuffledToTheLastList_GivesTheSameBytes() =>
        Gen.Select(Gen.OneOf(PlacementClusters.Any, PlacementClusters.Measured), Gen.ULong).Sample((s, seed) => SameBytes(s, seed, x => Placer.Plan(x).Value), iter: 1200);

    [Fact]
    public void Relief_ShuffledToTheLastList_GivesTheSameBytes() =>
        Gen.Select(HotClusters.Any, Gen.ULong).Sample((s, seed) => SameBytes(s, seed, x => Sandpiper.Plan(x).Value), iter: 1000);

    [Fact]
    public void Repacking_ShuffledToTheLastList_GivesTheSameBytes() => Gen.Select(RepackClusters.Any, RepackClusters.Options, Gen.ULong).Sample((s, options, seed) =>
    {
        SameBytes(s, seed, x => ClusterRepack.Plan(x, options).Value.Plan);
        var (one, other) = (ClusterRepack.Plan(s, options).Value.Report, ClusterRepack.Plan(Shuffles.Of(s, new Draw(seed)), options).Value.Report);
        Assert.Equal(Filled.Values(one), Filled.Values(other));
    }, iter: 1000);

    [Fact]
    public void Resumption_ShuffledToTheLastList_GivesTheSameBytes() => Gen.Select(RepackClusters.Any, RepackClusters.Options, Gen.ULong).Sample((s, options, seed) =>
    {
        var plan = ClusterRepack.Plan(s, options).Value.Plan;
        SameBytes(s with { Containers = [.. s.Containers.Skip(1)] }, seed, x => ClusterRepack.Resume(x, plan, options).Value.Plan);
    }, iter: 800);

    private static void SameBytes(ClusterSnapshot snapshot, ulong seed, Func<ClusterSnapshot, Plan> pass)
    {
        var bytes = SnapshotSerializer.Write(pass(snapshot));
        Assert.Equal(bytes, SnapshotSerializer.Write(pass(Shuffles.Of(snapshot, new Draw(seed)))));
        Assert.Equal(bytes, SnapshotSerializer.Write(pass(SnapshotSerializer.ReadSnapshot(SnapshotSerializer.Write(snapshot)).Value)));
        Assert.Equal(bytes, SnapshotSerializer.Write(SnapshotSerializer.ReadPlan(bytes).Value));
    }

    /// <summary>Another seed may give another plan, else it would decide nothing.</summary>
    [Fact]
    public void Seed_AnotherOne_DecidesSamplesAndTies()
    {
        var snapshot = Clusters.Of([.. Enumerable.Range(0, 100).Select(i => Clusters.Host($"h{i:00}"))]) with { Pending = [Clusters.Request("r", "a")] };
        var hosts = Enumerable.Range(0, 50).Select(seed => Placer.Plan(snapshot with { Seed = (ulong)seed }).Value.Placements[0].Host).Distinct();
        Assert.InRange(hosts.Count(), 20, 50);
    }

    /// <summary>Stopped after any number of steps: a valid plan, no worse than what was there, and the one that a second run of the same parts gives.</summary>
    [Fact]
    public void Repacking_StoppedAfterAnySteps_IsAPlanNoWorse() => Gen.Select(RepackClusters.Any, RepackClusters.Options, Gen.ULong).Sample((s, options, seed) =>
    {
        RepackPlan Run()
        {
            var d = new Draw(seed);
            var search = RepackSearch.Open(s, options).Value;
            for (var i = d.Int(0, 6); i > 0 && search.Run(d.Int(1, 60)); i--) { }
            return search.Finish();
        }

        var plan = Run();
        Assert.Empty(RepackChecker.Violations(s, options, plan.Plan.Waves));
        Assert.Equal(SnapshotSerializer.Write(plan.Plan), SnapshotSerializer.Write(Run().Plan));
        Assert.Equal(plan.Report.Finished, !plan.Plan.Alarms.Any(a => a.Contains("stopped before it was done", StringComparison.Ordinal)));
        if (s.Hosts.Any(h => h.State == HostState.Draining)) return;
        var (before, after) = (new PlainRepack(s, options), new PlainRepack(RepackClusters.After(s, plan.Plan.Waves), options));
        Assert.True(options.Objective switch
        {
            RepackObjective.FewestHosts => after.Price <= before.Price,
            RepackObjective.ConvexCost => after.Convex <= before.Convex + 1e-9,
            _ => after.Imbalance <= before.Imbalance + 1e-9,
        });
    }, iter: 800);
}
