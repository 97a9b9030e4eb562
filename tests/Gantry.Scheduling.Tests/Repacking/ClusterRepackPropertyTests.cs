using CsCheck;
using Gantry.Scheduling.Model;
using Gantry.Scheduling.Repacking;

namespace Gantry.Scheduling.Tests.Repacking;

/// <summary>What holds of every repacking of every cluster.</summary>
public sealed class ClusterRepackPropertyTests
{
    private const int Cases = 10_000;

    private static readonly RepackOptions _fewest = new();

    [Fact]
    public void Plan_AnyCluster_BreaksNoRuleAtAnyMoment() => Gen.Select(RepackClusters.Any, RepackClusters.Options).Sample((snapshot, options) =>
    {
        var plan = ClusterRepack.Plan(snapshot, options).Value;
        var broken = RepackChecker.Violations(snapshot, options, plan.Plan.Waves);
        Assert.True(broken.Count == 0, string.Join("; ", broken));
    }, iter: Cases);

    /// <param name="seed">Of a plan in which a container comes to the same host twice; null: any.</param>
    [Theory]
    [InlineData(null, 2000)]
    [InlineData("aCgJCx-_Mf_3", 1)]
    public void Plan_StoppedAfterAnyWave_LeavesAValidClusterThatCanGoOn(string? seed, int cases) => Gen.Select(RepackClusters.Any, RepackClusters.Options).Sample((snapshot, options) =>
    {
        var plan = ClusterRepack.Plan(snapshot, options).Value.Plan;
        var reached = Enumerable.Range(0, plan.Waves.Count + 1).Select(done => RepackClusters.After(snapshot, plan.Waves.Take(done))).ToList();
        foreach (var paused in reached)
        {
            // Abandoned: what was reached is a cluster like any other. Resumed: the rest is as it was, without what would lead back to this very cluster.
            var resumed = ClusterRepack.Resume(paused, plan, options).Value;
            var done = reached.FindLastIndex(r => r.Containers.Select(c => c.Host).SequenceEqual(paused.Containers.Select(c => c.Host)));
            Assert.Equal(plan.Waves.Skip(done).Select(w => w.Moves.Count), resumed.Plan.Waves.Select(w => w.Moves.Count));
            Assert.Empty(RepackChecker.Violations(paused, options with { MaxMovedShare = 1 }, resumed.Plan.Waves));
        }
    }, seed: seed, iter: cases);

    [Fact]
    public void Plan_ListsInAnotherOrder_GivesTheSameBytes() => Gen.Select(RepackClusters.Any, RepackClusters.Options, Gen.Int).Sample((snapshot, options, order) =>
    {
        var (plan, other) = (ClusterRepack.Plan(snapshot, options).Value, ClusterRepack.Plan(Clusters.Shuffled(snapshot, order), options).Value);
        Assert.Equal(SnapshotSerializer.Write(plan.Plan), SnapshotSerializer.Write(other.Plan));
        Assert.Equal(plan.Report.WorstRefusals, other.Report.WorstRefusals);
    }, iter: Cases);

    [Fact]
    public void Plan_CarriedOut_ProposesNothingMore() => Gen.Select(RepackClusters.Any, RepackClusters.Options).Sample((snapshot, options) =>
    {
        options = options with { MaxMovedShare = 1 };
        var plan = ClusterRepack.Plan(snapshot, options).Value;
        var again = ClusterRepack.Plan(RepackClusters.After(snapshot, plan.Plan.Waves), options).Value;
        Assert.True(plan.Report.Finished);
        Assert.Empty(again.Plan.Waves);
    }, iter: Cases);

    [Fact]
    public void Plan_OfSeveralSearches_IsThatOfTheBest_HoweverTheyRan() => Gen.Select(RepackClusters.Any, RepackClusters.Options).Sample((snapshot, options) =>
    {
        var alone = Enumerable.Range(0, 3).Select(i => ClusterRepack.Plan(snapshot with { Seed = snapshot.Seed + (ulong)i }, options).Value).ToList();
        var best = ClusterRepack.Plan(snapshot, options, 3, (count, search) => Parallel.For(0, count, search)).Value;
        var backwards = ClusterRepack.Plan(snapshot, options, 3, (count, search) =>
        {
            for (var i = count - 1; i >= 0; i--) search(i);
        }).Value;
        Assert.Equal(SnapshotSerializer.Write(best.Plan), SnapshotSerializer.Write(backwards.Plan));
        Assert.Contains(SnapshotSerializer.Write(best.Plan), alone.Select(a => SnapshotSerializer.Write(a.Plan)));
    }, iter: 1000);

    [Fact]
    public void Plan_OfSeveralSearchesThatEndApart_IsThatWithTheFewestHosts()
    {
        var apart = 0;
        for (var seed = 0UL; seed < 20; seed++)
        {
            var random = new SeededRandom(seed);
            var snapshot = Clusters.Of([.. Enumerable.Range(0, 20).Select(h => Clusters.Host($"h{h:00}"))]) with
            {
                Seed = seed,
                Containers = [.. Enumerable.Range(0, 60).Select(c => Clusters.Container($"c{c:00}", $"a{c:00}", $"h{c % 20:00}", 200 + random.Next(1100), 200 + random.Next(1100)))],
            };
            var hosts = Enumerable.Range(0, 4).Select(i => ClusterRepack.Plan(snapshot with { Seed = seed + (ulong)i }, _fewest).Value.Report.HostsAfter).ToList();
            Assert.Equal(hosts.Min(), ClusterRepack.Plan(snapshot, _fewest, 4, (count, search) => Parallel.For(0, count, search)).Value.Report.HostsAfter);
            if (hosts.Max() > hosts.Min()) apart++;
        }

        Assert.True(apart > 0, "No seed made a difference: this shows nothing.");
    }

    [Fact]
    public void Report_AnyPlan_EqualsANewCount() => Gen.Select(RepackClusters.Any, RepackClusters.Options).Sample((snapshot, options) =>
    {
        var (plan, report) = (ClusterRepack.Plan(snapshot, options).Value.Plan, ClusterRepack.Plan(snapshot, options).Value.Report);
        var after = RepackClusters.After(snapshot, plan.Waves);
        // A repacking with nothing to do reports the cluster it was given: computed from the beginning, not carried along.
        var counted = ClusterRepack.Plan(after, options with { MaxMovedShare = 0 }).Value.Report;
        Assert.Equal(counted.ImbalanceBefore, report.ImbalanceAfter);
        Assert.Equal(counted.CostBefore, report.CostAfter);
        Assert.Equal(counted.RiskBefore, report.RiskAfter);
        Assert.Equal(UsedHosts(snapshot), report.HostsBefore);
        Assert.Equal(UsedHosts(after), report.HostsAfter);
        Assert.All(report.Freed, host => Assert.DoesNotContain(after.Containers, c => c.Host == host));
        Assert.Equal(plan.Waves.Sum(w => w.Moves.Count), report.Moves);
        Assert.Equal(plan.Waves.Sum(w => w.EstimatedSeconds), report.EstimatedSeconds);
        Assert.Equal(after.Containers.Zip(snapshot.Containers).Count(p => p.First.Host != p.Second.Host) / (double)snapshot.Containers.Count, report.MovedShare, 12);
    }, iter: 3000);

    [Fact]
    public void Plan_AnyCluster_IsNotWorseThanBefore() => Gen.Select(RepackClusters.Any, RepackClusters.Options).Sample((snapshot, options) =>
    {
        var report = ClusterRepack.Plan(snapshot, options).Value.Report;
        if (snapshot.Hosts.Any(h => h.State == HostState.Draining)) return;
        if (options.Objective == RepackObjective.FewestHosts) Assert.True(report.HostsAfter <= report.HostsBefore);
        if (options.Objective == RepackObjective.ConvexCost) Assert.True(report.CostAfter <= report.CostBefore + 1e-9);
        if (options.Objective == RepackObjective.Balance) Assert.True(report.ImbalanceAfter <= report.ImbalanceBefore + 1e-9);
    }, iter: 3000);

    [Fact]
    public void Search_InParts_GivesTheSamePlan() => Gen.Select(RepackClusters.Any, RepackClusters.Options, Gen.Int[1, 500]).Sample((snapshot, options, part) =>
    {
        var search = RepackSearch.Open(snapshot, options).Value;
        while (search.Run(part)) { }
        Assert.Equal(SnapshotSerializer.Write(ClusterRepack.Plan(snapshot, options).Value.Plan), SnapshotSerializer.Write(search.Finish().Plan));
    }, iter: 500);

    private static int UsedHosts(ClusterSnapshot snapshot) => snapshot.Containers.Select(c => c.Host).Intersect(snapshot.Hosts.Select(h => h.Id)).Count();
}
