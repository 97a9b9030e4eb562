using Gantry.Scheduling.Model;
using Gantry.Scheduling.Repacking;
using Gantry.Scheduling.Tests.Support;
using static Gantry.Scheduling.Tests.Clusters;

namespace Gantry.Scheduling.Tests.Repacking;

/// <summary>Clusters so small that every assignment can be tried: what the search finds is never better than the best there is (then something would be
/// miscounted), and hardly ever worse.</summary>
public sealed class TinyRepackTests
{
    private const int Cases = 200;

    /// <summary>With the world stopped every assignment can be reached, so the search is all that can fail.</summary>
    [Theory]
    [InlineData(RepackObjective.FewestHosts, 0.95)]
    [InlineData(RepackObjective.ConvexCost, 0.9)]
    [InlineData(RepackObjective.Balance, 0.6)]
    public void Search_OfATinyCluster_FindsTheBestOfAll(RepackObjective objective, double share)
    {
        var options = new RepackOptions { Objective = objective, StopTheWorld = true, Safety = 1, BalanceGoal = 0 };
        var best = 0;
        for (ulong seed = 0; seed < Cases; seed++)
        {
            var cluster = Cluster(new Draw(seed));
            var found = Cost(RepackClusters.After(cluster, ClusterRepack.Plan(cluster, options).Value.Plan.Waves), objective);
            var optimum = Assignments(cluster).Min(c => Cost(c, objective));
            Assert.True(found >= optimum - 1e-9, $"seed {seed}: {found} is better than the best, {optimum}");
            Assert.True(found <= Cost(cluster, objective) + 1e-9, $"seed {seed}: worse than before");
            if (found <= optimum + 1e-6) best++;
        }

        Assert.InRange(best, share * Cases, Cases);
    }

    /// <summary>With copies in flight fewer can be reached; still none is better than the best, and most are.</summary>
    [Fact]
    public void Search_MakeBeforeBreak_FindsTheFewestHostsMostly()
    {
        var best = 0;
        for (ulong seed = 0; seed < Cases; seed++)
        {
            var cluster = Cluster(new Draw(seed));
            var found = ClusterRepack.Plan(cluster, new RepackOptions { Safety = 1 }).Value.Report.HostsAfter;
            var optimum = Assignments(cluster).Min(c => Cost(c, RepackObjective.FewestHosts));
            Assert.True(found >= optimum);
            if (found == optimum) best++;
        }

        Assert.InRange(best, 0.85 * Cases, Cases);
    }

    /// <summary>Prices decide which hosts: the cheapest set that holds everything.</summary>
    [Fact]
    public void Search_WithPrices_FindsTheCheapestHosts()
    {
        var options = new RepackOptions { StopTheWorld = true, Safety = 1, Prices = new Dictionary<string, double> { [""] = 50, ["big"] = 170 } };
        var best = 0;
        for (ulong seed = 0; seed < Cases; seed++)
        {
            var cluster = Cluster(new Draw(seed));
            var found = new PlainRepack(RepackClusters.After(cluster, ClusterRepack.Plan(cluster, options).Value.Plan.Waves), options).Price;
            // It frees hosts and takes no empty one into use: the best among those used before.
            var used = cluster.Containers.Select(c => c.Host).ToHashSet();
            var optimum = Assignments(cluster).Where(c => c.Containers.All(x => used.Contains(x.Host))).Min(c => new PlainRepack(c, options).Price);
            Assert.True(found >= optimum - 1e-9);
            if (found <= optimum + 1e-9) best++;
        }

        Assert.InRange(best, 0.9 * Cases, Cases);
    }

    /// <summary>Never more moved than the budget, and for each budget the best that so many moves can reach, mostly.</summary>
    [Theory]
    [InlineData(0.0, 1.0)]
    [InlineData(0.2, 0.95)]
    [InlineData(0.4, 0.9)]
    [InlineData(0.6, 0.9)]
    public void Search_WithABudget_FindsTheBestWithinIt(double budget, double share)
    {
        var options = new RepackOptions { StopTheWorld = true, Safety = 1, MaxMovedShare = budget };
        var best = 0;
        for (ulong seed = 0; seed < Cases; seed++)
        {
            var cluster = Cluster(new Draw(seed));
            int Moved(ClusterSnapshot c) => c.Containers.Zip(cluster.Containers).Count(p => p.First.Host != p.Second.Host);
            var most = (int)(budget * cluster.Containers.Count);
            var plan = ClusterRepack.Plan(cluster, options).Value;
            Assert.InRange(Moved(RepackClusters.After(cluster, plan.Plan.Waves)), 0, most);
            var optimum = Assignments(cluster).Where(c => Moved(c) <= most).Min(c => Cost(c, RepackObjective.FewestHosts));
            Assert.True(plan.Report.HostsAfter >= optimum);
            if (plan.Report.HostsAfter == optimum) best++;
        }

        Assert.InRange(best, share * Cases, Cases);
    }

    /// <summary>Packed from scratch: never fewer left out than must be, mostly none too many.</summary>
    [Fact]
    public void Pack_OfATinyCluster_LeavesOutTheFewest()
    {
        var best = 0;
        for (ulong seed = 0; seed < Cases; seed++)
        {
            var cluster = Cluster(new Draw(seed));
            int[] hosts = [.. Enumerable.Range(0, Math.Max(1, cluster.Hosts.Count - 1))];
            var left = CellPacking.Open(cluster, new RepackOptions { Safety = 1 }).Value.Pack(hosts, 20_000).Count(h => h < 0);
            var optimum = Fewest(cluster, hosts);
            Assert.True(left >= optimum);
            if (left == optimum) best++;
        }

        // It takes the largest first, which may leave out two small ones for it.
        Assert.InRange(best, 0.8 * Cases, Cases);
    }

    /// <summary>Two to three hosts, two to five containers that fit where they are, rules between three apps.</summary>
    private static ClusterSnapshot Cluster(Draw d)
    {
        var hosts = d.Many(2, 3, i => Host($"h{i}", 250 * d.Int(4, 10), 256 * d.Int(4, 10)) with { Class = d.Pick("", "big") });
        InterferenceRule[] rules = d.Many(0, 2, _ => new InterferenceRule(d.Pick("a", "b", "c"), d.Pick("a", "b", "c"), d.Int(0, 1)));
        var cluster = Of(hosts) with { Interference = rules, Seed = d.Seed() };
        foreach (var i in Enumerable.Range(0, d.Int(2, 5)))
        {
            var container = Container($"c{i}", d.Pick("a", "b", "c"), "", 250 * d.Int(1, 5), 256 * d.Int(1, 5)) with { Constraints = d.Once(5) ? new PlacementConstraints { MaxPerHost = 1 } : PlacementConstraints.None };
            var fitting = d.Shuffled(hosts).Select(h => cluster with { Containers = [.. cluster.Containers, container with { Host = h.Id }] }).FirstOrDefault(IsValid);
            cluster = fitting ?? cluster;
        }

        return cluster.Containers.Count > 0 ? cluster : cluster with { Containers = [Container("c0", "a", "h0", 250, 256)] };
    }

    private static double Cost(ClusterSnapshot cluster, RepackObjective objective) => objective switch
    {
        RepackObjective.FewestHosts => cluster.Containers.Select(c => c.Host).Distinct().Count(),
        RepackObjective.ConvexCost => new PlainRepack(cluster, new RepackOptions()).Convex,
        _ => new PlainRepack(cluster, new RepackOptions()).Imbalance,
    };

    /// <summary>The cluster in every assignment that breaks no rule.</summary>
    private static IEnumerable<ClusterSnapshot> Assignments(ClusterSnapshot cluster)
    {
        var (hosts, containers) = (cluster.Hosts.Count, cluster.Containers.Count);
        for (var code = 0; code < Math.Pow(hosts, containers); code++)
        {
            var rest = code;
            var assigned = cluster with
            {
                Containers = [.. cluster.Containers.Select(c =>
                {
                    var host = rest % hosts;
                    rest /= hosts;
                    return c with { Host = cluster.Hosts[host].Id };
                })],
            };
            if (IsValid(assigned)) yield return assigned;
        }
    }

    private static int Fewest(ClusterSnapshot cluster, int[] hosts)
    {
        for (var left = 0; left < cluster.Containers.Count; left++)
            for (var mask = 0; mask < 1 << cluster.Containers.Count; mask++)
                if (System.Numerics.BitOperations.PopCount((uint)mask) == left
                    && Assignments(cluster with { Hosts = [.. hosts.Select(h => cluster.Hosts[h])], Containers = [.. cluster.Containers.Where((_, i) => (mask >> i & 1) == 0)] }).Any())
                    return left;
        return cluster.Containers.Count;
    }

    private static bool IsValid(ClusterSnapshot cluster) => cluster.Hosts.All(host =>
    {
        var there = cluster.Containers.Where(c => c.Host == host.Id).ToList();
        int Count(string app) => there.Count(c => c.App == app);
        // The strictest of an app counts for all of it.
        return there.Sum(c => c.Limits[0]) <= host.Capacity[0] && there.Sum(c => c.Limits[1]) <= host.Capacity[1]
            && there.All(c => cluster.Containers.Where(o => o.App == c.App && o.Constraints.MaxPerHost > 0).All(o => Count(c.App) <= o.Constraints.MaxPerHost))
            && cluster.Interference.All(r => Count(r.App) == 0 || Count(r.Other) <= (r.App == r.Other ? r.Most + 1 : r.Most));
    });
}
