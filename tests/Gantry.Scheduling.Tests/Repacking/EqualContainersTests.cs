using CsCheck;
using Gantry.Scheduling.Model;
using Gantry.Scheduling.Repacking;
using Gantry.Scheduling.Tests.Support;

namespace Gantry.Scheduling.Tests.Repacking;

/// <summary>Containers of one kind on hosts of one kind: the best that can be done is a formula, and a finished search has to reach it.</summary>
public sealed class EqualContainersTests
{
    /// <summary>So many containers, dealt to hosts at random, of which each holds so many.</summary>
    private sealed record Equal(int Hosts, int PerHost, int[] Count, ulong Seed)
    {
        public int Containers => Count.Sum();

        public ClusterSnapshot Snapshot => new()
        {
            Seed = Seed,
            Resources = ["cpu", "memory"],
            Hosts = [.. Count.Select((_, h) => new HostSnapshot($"h{h:00}", [100 * PerHost + 50, 200 * PerHost]))],
            Containers = [.. Count.SelectMany((n, h) => Enumerable.Range(0, n).Select(i => new ContainerSnapshot($"c{h:00}-{i:00}", $"a{h}-{i}", $"h{h:00}", [100, 200])))],
        };
    }

    private static Gen<Equal> Any => Draw.Cases(d =>
    {
        var (hosts, perHost) = (d.Int(1, 10), d.Int(1, 8));
        return new Equal(hosts, perHost, d.Many(hosts, hosts, _ => d.Int(0, perHost)), d.Seed());
    });

    private static int Up(int a, int b) => (a + b - 1) / b;

    [Fact]
    public void FewestHosts_OfEqualContainers_AreAsManyAsTheyFill() => Gen.Select(Any, Gen.Bool).Sample((c, stop) =>
    {
        var plan = ClusterRepack.Plan(c.Snapshot, new RepackOptions { StopTheWorld = stop, Steps = 1_000_000 }).Value;
        Assert.True(plan.Report.Finished);
        Assert.Equal(Up(c.Containers, c.PerHost), plan.Report.HostsAfter);
        Assert.Equal(c.Count.Count(n => n > 0) - plan.Report.HostsAfter, plan.Report.Freed.Count);
        // No container moves that need not: those of the hosts that are freed, and nobody else.
        Assert.Equal(plan.Report.Freed.Sum(f => c.Count[int.Parse(f.AsSpan(1))]), plan.Report.Moves);
    }, iter: 900);

    /// <summary>Those hosts go that have the least to move: no other choice of as many hosts would have moved fewer containers.</summary>
    [Fact]
    public void FewestHosts_OfEqualContainers_FreeTheEmptiest() => Any.Sample(c =>
    {
        var report = ClusterRepack.Plan(c.Snapshot, new RepackOptions { Steps = 1_000_000 }).Value.Report;
        Assert.Equal(c.Count.Where(n => n > 0).Order().Take(report.Freed.Count).Sum(), report.Moves);
    }, iter: 900);

    [Fact]
    public void Balance_OfEqualContainers_IsWithinOneOfEven() => Gen.Select(Any, Gen.Bool).Sample((c, stop) =>
    {
        var options = new RepackOptions { Objective = RepackObjective.Balance, BalanceGoal = 0, StopTheWorld = stop, Steps = 1_000_000 };
        var plan = ClusterRepack.Plan(c.Snapshot, options).Value;
        int[] after = [.. c.Snapshot.Hosts.Select(h => RepackClusters.After(c.Snapshot, plan.Plan.Waves).Containers.Count(x => x.Host == h.Id))];
        Assert.True(after.Max() - after.Min() <= 1, string.Join(' ', after));
        // Each move takes one from above the even share to below it.
        int[] even = [.. Enumerable.Range(0, c.Hosts).Select(h => (c.Containers + h) / c.Hosts).OrderDescending()];
        Assert.Equal(c.Count.OrderDescending().Zip(even, (n, e) => Math.Max(0, n - e)).Sum(), plan.Report.Moves);
    }, iter: 600);

    /// <summary>So many hosts that 1 + α(e^(use − β) − 1) of each, dealt out evenly, is least in sum: found by trying every number of hosts. A search that empties
    /// hosts by best fit may stay above it; what it says it costs is never below it, and where what was there is the least it changes nothing.</summary>
    [Fact]
    public void ConvexCost_OfEqualContainers_IsBetweenTheLeastAndWhatWasThere() => Gen.Select(Any, Gen.Double[0, 20], Gen.Double[0, 1]).Sample((c, alpha, beta) =>
    {
        if (c.Containers == 0) return;
        var options = new RepackOptions { Objective = RepackObjective.ConvexCost, Alpha = alpha, Beta = beta, StopTheWorld = true, Steps = 1_000_000 };
        double Cost(int n) => n == 0 ? 0 : 1 + alpha * (Math.Exp(Math.Max(0, n * 100 / (100.0 * c.PerHost + 50) - beta)) - 1);
        var least = Enumerable.Range(Up(c.Containers, c.PerHost), c.Hosts - Up(c.Containers, c.PerHost) + 1)
            .Min(used => Enumerable.Range(0, used).Sum(h => Cost((c.Containers + h) / used)));
        var report = ClusterRepack.Plan(c.Snapshot, options).Value.Report;
        Assert.InRange(report.CostAfter, least - 1e-6, report.CostBefore + 1e-9);
        if (report.CostBefore <= least + 1e-9) Assert.Equal(0, report.Moves);
    }, iter: 600);

    /// <summary>What has no place is what is too much, whoever packs; and no fewer hosts are said to be enough than are.</summary>
    [Fact]
    public void Pack_OfEqualContainers_LeavesOutWhatIsTooMuch() => Gen.Select(Any, Gen.Int[0, 5]).Sample((c, mayStay) =>
    {
        var packing = CellPacking.Open(c.Snapshot, new RepackOptions()).Value;
        for (var hosts = 0; hosts <= c.Hosts; hosts++)
            Assert.Equal(Math.Max(0, c.Containers - hosts * c.PerHost), packing.Pack([.. Enumerable.Range(0, hosts)], 5000).Count(h => h < 0));
        int[] order = [.. Enumerable.Range(0, c.Hosts)];
        Assert.Equal(Up(Math.Max(0, c.Containers - mayStay), c.PerHost), packing.AtLeast(order, 0, mayStay));
        Assert.Equal(c.Hosts, packing.AtLeast(order, c.Hosts, mayStay));
    }, iter: 480);

    /// <summary>Nothing but the budget stops it: as many hosts as the budget's containers empty, the emptiest first.</summary>
    [Fact]
    public void FewestHosts_WithABudget_FreeAsManyAsItReaches() => Gen.Select(Any, Gen.Double[0, 1]).Sample((c, share) =>
    {
        var report = ClusterRepack.Plan(c.Snapshot, new RepackOptions { MaxMovedShare = share, Steps = 1_000_000 }).Value.Report;
        int budget = (int)(share * c.Containers), used = c.Count.Count(n => n > 0), freed = 0;
        foreach (var n in c.Count.Where(n => n > 0).Order())
        {
            if (n > budget || used - freed <= Up(c.Containers, c.PerHost)) break;
            (budget, freed) = (budget - n, freed + 1);
        }

        Assert.Equal(freed, report.Freed.Count);
        Assert.True(report.MovedShare <= share);
    }, iter: 900);
}
