using Gantry.Scheduling.Model;
using Gantry.Scheduling.Profiles;
using Gantry.Scheduling.Repacking;
using static Gantry.Scheduling.Tests.Clusters;

namespace Gantry.Scheduling.Tests.Repacking;

public sealed class ClusterRepackTests
{
    private static ClusterSnapshot Cluster(HostSnapshot[] hosts, params ContainerSnapshot[] containers) => Of(hosts) with { Containers = containers };

    private static RepackPlan Plan(ClusterSnapshot snapshot, RepackOptions? options = null) => ClusterRepack.Plan(snapshot, options ?? new RepackOptions()).Value;

    private static List<Move> Moves(RepackPlan plan) => [.. plan.Plan.Waves.SelectMany(w => w.Moves)];

    private static ContainerSnapshot Using(string id, string host, params float[] day) =>
        Container(id, "app-" + id, host, 2000, 64) with { Profiles = [new ProfileSnapshot([]) { Daily = day }, null] };

    [Fact]
    public void FewestHosts_HalfFullHosts_FreesOne()
    {
        var snapshot = Cluster([Host("h1"), Host("h2")], Container("a", "x", "h1", 2000), Container("b", "y", "h2", 1000));
        var plan = Plan(snapshot, new RepackOptions { Prices = new Dictionary<string, double> { [""] = 80 } });
        Assert.Equal([("b", "h2", "h1")], Moves(plan).Select(m => (m.ContainerId, m.From, m.To)));
        Assert.Contains("h2 is to be freed", Moves(plan)[0].Explanation);
        Assert.Equal((2, 1, 80.0), (plan.Report.HostsBefore, plan.Report.HostsAfter, plan.Report.SavedPerMonth));
        Assert.Equal(["h2"], plan.Report.Freed);
        Assert.Equal(31, plan.Report.EstimatedSeconds);
    }

    [Fact]
    public void FewestHosts_DearHost_IsFreedBeforeACheapOne()
    {
        var snapshot = Cluster([Host("h1") with { Class = "dear" }, Host("h2")], Container("a", "x", "h1", 2000), Container("b", "y", "h2", 1000));
        var plan = Plan(snapshot, new RepackOptions { Prices = new Dictionary<string, double> { [""] = 80, ["dear"] = 200 } });
        Assert.Equal(["h1"], plan.Report.Freed);
        Assert.Equal(200, plan.Report.SavedPerMonth);
    }

    [Fact]
    public void FewestHosts_FittingOnlyWithAnEjection_FreesTheHost()
    {
        // d (2) fits where c (1) is, c fits beside a: only both moves together free h3.
        var snapshot = Cluster([Host("h1"), Host("h2"), Host("h3")],
            Container("a", "a", "h1", 3000), Container("b", "b", "h2", 2000), Container("c", "c", "h2", 1000), Container("d", "d", "h3", 2000));
        var plan = Plan(snapshot);
        Assert.Equal(["h3"], plan.Report.Freed);
        Assert.Equal([("c", "h1"), ("d", "h2")], Moves(plan).Select(m => (m.ContainerId, m.To)));
        Assert.Contains("makes room on h2", Moves(plan)[0].Explanation);
        Assert.Equal(2, plan.Plan.Waves.Count);
    }

    [Fact]
    public void FewestHosts_OppositeDays_ShareAHost()
    {
        // The limits say 2 hosts, by their peaks: 1.7 + 1.7 + 1.7 cores. At no hour are more than 1.8 wanted.
        var policy = new ClusterPolicy { Overcommit = [new Overcommit("", "cpu", 2)] };
        var opposite = Cluster([Host("h1", 2000), Host("h2", 2000)], Using("a", "h1", 1700, 100), Using("b", "h2", 100, 1700)) with { Policy = policy };
        var alike = Cluster([Host("h1", 2000), Host("h2", 2000)], Using("a", "h1", 1700, 100), Using("b", "h2", 1700, 100)) with { Policy = policy };
        Assert.Single(Plan(opposite).Report.Freed);
        Assert.Empty(Plan(alike).Report.Freed);
        Assert.Contains(Plan(alike).Report.WorstRefusals, r => r.Explanation.Contains("1 would be above the safe share of cpu at a peak", StringComparison.Ordinal));
    }

    [Fact]
    public void FewestHosts_SafeShare_KeepsRoom()
    {
        var snapshot = Cluster([Host("h1", 2000), Host("h2", 2000)], Using("a", "h1", 1000, 1000), Using("b", "h2", 950, 950)) with
        { Policy = new ClusterPolicy { Overcommit = [new Overcommit("", "cpu", 2)] } };
        Assert.Empty(Plan(snapshot).Report.Freed);
        Assert.Single(Plan(snapshot, new RepackOptions { Safety = 1 }).Report.Freed);
    }

    [Fact]
    public void FewestHosts_ChanceOfOverload_IsKept()
    {
        // Two of mean 500 and deviation 400: above 1700 in 11 % of all moments, above 3000 in nearly none.
        ContainerSnapshot Noisy(string id, string host) => Container(id, id, host, 1000, 64) with
        { Profiles = [new ProfileSnapshot([.. Enumerable.Range(0, 40).Select(i => i % 2 == 0 ? 100f : 900f)]), null] };
        ClusterSnapshot Of2(long cpu) => Cluster([Host("h1", cpu), Host("h2", cpu)], Noisy("a", "h1"), Noisy("b", "h2")) with
        { Policy = new ClusterPolicy { Overcommit = [new Overcommit("", "cpu", 2)] } };
        var careful = new RepackOptions { Safety = 1, MaxOverloadChance = 0.01 };
        Assert.Empty(Plan(Of2(1810), careful).Report.Freed);
        Assert.Single(Plan(Of2(3000), careful).Report.Freed);
        var careless = Plan(Of2(1810), careful with { MaxOverloadChance = 1 }).Report;
        Assert.Equal(0, careless.RiskBefore, 2);
        Assert.InRange(careless.RiskAfter, 0.07, 0.08);
    }

    [Fact]
    public void Budget_FewMoves_BoundsWhatMoves()
    {
        var snapshot = Cluster([Host("h1"), Host("h2"), Host("h3")],
            Container("a", "a", "h1", 1000), Container("b", "b", "h2", 500), Container("c", "c", "h2", 500), Container("d", "d", "h3", 900));
        Assert.Single(Moves(Plan(snapshot, new RepackOptions { MaxMovedShare = 0.25 })));
        Assert.Empty(Moves(Plan(snapshot, new RepackOptions { MaxMovedShare = 0.2 })));
        Assert.Equal(2, Plan(snapshot).Report.Freed.Count);
    }

    [Fact]
    public void Draining_HostWithNoRoomElsewhereInUse_TakesAnEmptyHost()
    {
        var snapshot = Cluster([Host("h1") with { State = HostState.Draining }, Host("h2"), Host("h3")], Container("a", "a", "h1", 3000), Container("b", "b", "h2", 2000));
        var plan = Plan(snapshot);
        Assert.Equal("h3", Assert.Single(Moves(plan)).To);
        Assert.Equal(["h1"], plan.Report.Freed);
    }

    [Fact]
    public void Draining_WhatCantLeave_IsExplained()
    {
        var snapshot = Cluster([Host("h1") with { State = HostState.Draining, Volumes = ["v"] }, Host("h2", 1000)],
            Container("a", "a", "h1") with { Volume = "v" }, Container("b", "b", "h1", 300), Container("c", "c", "h2", 100));
        var plan = Plan(snapshot);
        Assert.Equal("b", Assert.Single(Moves(plan)).ContainerId);
        Assert.Contains("a holds volume v", Assert.Single(plan.Report.WorstRefusals, r => r.Subject == "h1").Explanation);
    }

    [Fact]
    public void Down_Host_IsLeftAloneAndTold()
    {
        var plan = Plan(Cluster([Host("h1") with { State = HostState.Down }, Host("h2")], Container("a", "a", "h1"), Container("b", "b", "h2")));
        Assert.Empty(Moves(plan));
        Assert.Contains(plan.Plan.Alarms, a => a.Contains("h1 is down with 1 containers", StringComparison.Ordinal));
    }

    [Fact]
    public void Orphans_OfAVanishedHost_AreToldAndNotMoved()
    {
        var plan = Plan(Cluster([Host("h1")], Container("a", "a", "h9"), Container("b", "b", "h1")));
        Assert.Empty(Moves(plan));
        Assert.Contains(plan.Plan.Alarms, a => a.Contains("h9, which is not in the cluster any more", StringComparison.Ordinal));
    }

    [Fact]
    public void Full_Circle_IsBrokenThroughAThirdHost()
    {
        // Balanced best with a and b exchanged, and neither fits beside the other.
        var snapshot = Cluster([Host("h1"), Host("h2"), Host("h3")], Container("a", "a", "h1", 3000), Container("b", "b", "h2", 2500));
        var waves = Waves(snapshot, new RepackOptions(), ("a", "h2"), ("b", "h1"));
        Assert.Equal([("b", "h3"), ("a", "h2"), ("b", "h1")], waves.Waves.SelectMany(w => w.Moves).Select(m => (m.ContainerId, m.To)));
        Assert.Contains("steps aside so that another one can enter h2; goes on to h1 later", waves.Waves[0].Moves[0].Explanation);
        Assert.Empty(waves.Dropped);
    }

    [Fact]
    public void Full_CircleWithoutAThirdHost_IsDroppedWithItsReason()
    {
        var snapshot = Cluster([Host("h1"), Host("h2")], Container("a", "a", "h1", 3000), Container("b", "b", "h2", 2500));
        var waves = Waves(snapshot, new RepackOptions(), ("a", "h2"), ("b", "h1"));
        Assert.Empty(waves.Waves);
        Assert.Equal(["a", "b"], waves.Dropped.Select(d => d.Subject));
        Assert.Contains("lack 3 cores of promisable cpu while the old containers still run", waves.Dropped[0].Explanation);
        // On a maintenance night it goes.
        Assert.Equal(2, Assert.Single(Waves(snapshot, new RepackOptions { StopTheWorld = true }, ("a", "h2"), ("b", "h1")).Waves).Moves.Count);
    }

    [Fact]
    public void Waves_Limits_AreKept()
    {
        var snapshot = Cluster([Host("h1"), Host("h2", 16_000, 16_384)], [.. Enumerable.Range(0, 6).Select(i => Container($"c{i}", i < 3 ? "x" : $"y{i}", "h1", 100) with { BootSeconds = i })]);
        var to = Enumerable.Range(0, 6).Select(i => ($"c{i}", "h2")).ToArray();
        int[] Sizes(RepackOptions options) => [.. Waves(snapshot, options, to).Waves.Select(w => w.Moves.Count)];
        Assert.Equal([6], Sizes(new RepackOptions { MovesAtOncePerApp = 6, MovesAtOncePerHost = 6 }));
        Assert.Equal([4, 1, 1], Sizes(new RepackOptions { MovesAtOncePerHost = 6 }));
        Assert.Equal([2, 2, 2], Sizes(new RepackOptions { MovesAtOncePerHost = 2 }));
        Assert.Equal([1, 1, 1, 1, 1, 1], Sizes(new RepackOptions { MovesAtOnce = 1 }));
        Assert.Equal([35, 31, 32], Waves(snapshot, new RepackOptions { MovesAtOncePerHost = 6 }, to).Waves.Select(w => w.EstimatedSeconds));
    }

    [Fact]
    public void StopTheWorld_Volume_MovesWhereTheVolumeIsToo()
    {
        var snapshot = Cluster([Host("h1") with { Volumes = ["v"] }, Host("h2") with { Volumes = ["v"] }], Container("a", "a", "h1") with { Volume = "v" }, Container("b", "b", "h2", 600));
        Assert.Equal("b", Assert.Single(Moves(Plan(snapshot))).ContainerId);
        Assert.Equal("a", Assert.Single(Moves(Plan(snapshot, new RepackOptions { StopTheWorld = true }))).ContainerId);
        Assert.True(Plan(snapshot, new RepackOptions { StopTheWorld = true }).Report.StopsTheWorld);
    }

    [Fact]
    public void StopTheWorld_ManyOnAHost_TakesTheirBootTimesInTurns()
    {
        var snapshot = Cluster([Host("h1"), Host("h2")], [.. Enumerable.Range(0, 5).Select(i => Container($"c{i}", "x", "h1", 100) with { BootSeconds = 10 })]);
        var wave = Assert.Single(Waves(snapshot, new RepackOptions { StopTheWorld = true, MovesAtOncePerHost = 2 }, [.. Enumerable.Range(0, 5).Select(i => ($"c{i}", "h2"))]).Waves);
        Assert.Equal(3 * 10 + 30, wave.EstimatedSeconds);
    }

    [Fact]
    public void Balance_OneLoadedHost_EvensTheLoad()
    {
        var snapshot = Cluster([Host("h1"), Host("h2")], [.. Enumerable.Range(0, 8).Select(i => Container($"c{i}", $"a{i}", "h1", 500))]);
        var plan = Plan(snapshot, new RepackOptions { Objective = RepackObjective.Balance });
        Assert.Equal(1, plan.Report.ImbalanceBefore, 9);
        Assert.Equal(0, plan.Report.ImbalanceAfter, 9);
        Assert.Equal(4, Moves(plan).Count);
        Assert.All(Moves(plan), m => Assert.Contains("h1 is loaded above the mean", m.Explanation));
    }

    [Fact]
    public void Balance_AtItsGoal_DoesNothing()
    {
        var snapshot = Cluster([Host("h1"), Host("h2")], Container("a", "a", "h1", 1000), Container("b", "b", "h2", 900));
        Assert.Empty(Moves(Plan(snapshot, new RepackOptions { Objective = RepackObjective.Balance })));
    }

    [Fact]
    public void ConvexCost_OneBusyHost_SpreadsWhatCosts()
    {
        var snapshot = Cluster([Host("h1"), Host("h2")], Container("a", "a", "h1", 2000, 64), Container("b", "b", "h1", 1900, 64), Container("c", "c", "h2", 100, 64));
        var plan = Plan(snapshot, new RepackOptions { Objective = RepackObjective.ConvexCost });
        Assert.Equal("b", Assert.Single(Moves(plan)).ContainerId);
        // 3900 of 4000 cost 1 + 10 (e^0.475 − 1), half and below costs 1.
        Assert.Equal(2 + 10 * (Math.Exp(0.475) - 1), plan.Report.CostBefore, 9);
        Assert.Equal(2, plan.Report.CostAfter, 9);
    }

    [Fact]
    public void ConvexCost_HostsThatCostMoreThanTheirLoad_AreFreed()
    {
        var snapshot = Cluster([Host("h1"), Host("h2")], Container("a", "a", "h1", 1000), Container("b", "b", "h2", 1000));
        Assert.Single(Plan(snapshot, new RepackOptions { Objective = RepackObjective.ConvexCost }).Report.Freed);
    }

    [Fact]
    public void Refusal_OnlyHostInUse_SaysSo() => Assert.Equal(
        "h1 keeps 1 container: no other host is in use.", Plan(Cluster([Host("h1"), Host("h2")], Container("a", "a", "h1", 1000))).Report.WorstRefusals[0].Explanation);

    /// <summary>A host that was empty is neither freed nor saved, one that is down and empty is no loss, and the share that moved is of all containers.</summary>
    [Fact]
    public void Report_OfAPlan_CountsWhatIsInUse()
    {
        var snapshot = Cluster([Host("h1"), Host("h2"), Host("h3"), Host("h4") with { State = HostState.Down }],
            Container("a", "a", "h1", 1000), Container("b", "b", "h1", 1000), Container("c", "c", "h1", 500), Container("d", "d", "h2", 500));
        var plan = Plan(snapshot, new RepackOptions { Prices = new Dictionary<string, double> { [""] = 80 } });
        Assert.Equal((2, 1, 80.0, 1, 0.25), (plan.Report.HostsBefore, plan.Report.HostsAfter, plan.Report.SavedPerMonth, plan.Report.Moves, plan.Report.MovedShare));
        Assert.Equal(["h2"], plan.Report.Freed);
        Assert.Empty(plan.Plan.Alarms);
        Assert.Equal((0, 0.0, 0.0), (Plan(Cluster([Host("h1")])).Report.HostsBefore, Plan(Cluster([Host("h1")])).Report.MovedShare, Plan(Cluster([Host("h1")])).Report.RiskAfter));
    }

    /// <summary>Of what a host keeps the largest that fits nowhere is named, of equals the first; reasons that are equally many stand in the order of their words.</summary>
    [Theory]
    [InlineData(1500, 1400, "x")]
    [InlineData(1400, 1500, "y")]
    [InlineData(1500, 1500, "x")]
    public void Refusal_OfAHost_NamesItsLargestContainer(long x, long y, string named)
    {
        var one = new PlacementConstraints { MaxPerHost = 1 };
        var snapshot = Cluster([Host("h1"), Host("h2"), Host("h3")],
            Container("x", "app", "h1", x) with { Constraints = one }, Container("y", "app2", "h1", y) with { Constraints = one },
            Container("p", "app", "h2", 600) with { Constraints = one }, Container("q", "app2", "h2", 2300) with { Constraints = one }, Container("r", "other", "h3", 3950));
        var why = Plan(snapshot, new RepackOptions { MaxMovedShare = 0 }).Report.WorstRefusals.Single(r => r.Subject == "h1").Explanation;
        Assert.Equal($"h1 keeps 2 containers: for {named}, 0 of 2 other hosts in use: 1 already runs {(named == "x" ? "app" : "app2")}, 1 lacks 1.5 cores of promisable cpu.", why);
    }

    /// <summary>Hosts in use as the search goes on: three at first, one when it is done.</summary>
    [Fact]
    public void Search_UsedHosts_FallAsItGoesOn()
    {
        var search = RepackSearch.Open(Cluster([Host("h1"), Host("h2"), Host("h3"), Host("h4")], Container("a", "a", "h1", 900), Container("b", "b", "h2", 900), Container("c", "c", "h3", 900)), new RepackOptions()).Value;
        Assert.Equal(3, search.UsedHosts);
        while (search.Run(1000)) Assert.InRange(search.UsedHosts, 1, 3);
        Assert.Equal((1, true), (search.UsedHosts, search.IsFinished));
    }

    /// <summary>Twelve hosts more than half full can't share: ten are named, the emptiest first. Balance frees none, so it owes no reason.</summary>
    [Fact]
    public void Refusals_OfManyHosts_AreTenTheEmptiestFirst()
    {
        var snapshot = Cluster([.. Enumerable.Range(0, 12).Select(i => Host($"h{i:00}"))], [.. Enumerable.Range(0, 12).Select(i => Container($"c{i:00}", $"a{i}", $"h{i:00}", 3000 - 50 * i, 1))]);
        Assert.Equal(Enumerable.Range(2, 10).Reverse().Select(i => $"h{i:00}"), Plan(snapshot).Report.WorstRefusals.Select(r => r.Subject));
        Assert.Empty(Plan(snapshot, new RepackOptions { Objective = RepackObjective.Balance }).Report.WorstRefusals);
        var down = snapshot with { Hosts = [.. snapshot.Hosts.Select((h, i) => i > 3 ? h with { State = HostState.Down } : h)] };
        Assert.Equal(["h03", "h02", "h01", "h00"], Plan(down).Report.WorstRefusals.Select(r => r.Subject));
    }

    [Fact]
    public void Refusal_HostThatStays_CountsTheReasons()
    {
        var snapshot = Cluster([Host("h1"), Host("h2"), Host("h3"), Host("h4")],
            Container("a", "a", "h1", 3000), Container("b", "b", "h2", 3000), Container("c", "c", "h3", 2000) with { Constraints = new PlacementConstraints { MaxPerHost = 1 } }, Container("c2", "c", "h4", 1900));
        var refusal = Plan(snapshot).Report.WorstRefusals[0];
        Assert.Equal("h4", refusal.Subject);
        Assert.Equal("h4 keeps 1 container: for c2, 0 of 3 other hosts in use: 2 lack 1.9 cores of promisable cpu, 1 already runs c.", refusal.Explanation);
    }

    [Fact]
    public void Steps_UsedUp_GiveAWholePlanAndSaySo()
    {
        var snapshot = Cluster([.. Enumerable.Range(0, 20).Select(i => Host($"h{i:00}"))], [.. Enumerable.Range(0, 20).Select(i => Container($"c{i:00}", "x", $"h{i:00}", 900))]);
        var plan = Plan(snapshot, new RepackOptions { Steps = 100 });
        Assert.False(plan.Report.Finished);
        Assert.InRange(plan.Report.Freed.Count, 1, 14);
        Assert.Contains(plan.Plan.Alarms, a => a.Contains("stopped before it was done", StringComparison.Ordinal));
        Assert.Equal(15, Plan(snapshot).Report.Freed.Count);
    }

    [Fact]
    public void Resume_ChangedCluster_DropsWhatIsNoLongerTrue()
    {
        var snapshot = Cluster([Host("h1"), Host("h2"), Host("h3")], Container("a", "x", "h1", 2000), Container("b", "y", "h2", 600), Container("c", "z", "h3", 500));
        var plan = Plan(snapshot).Plan;
        Assert.Equal(["b", "c"], plan.Waves.SelectMany(w => w.Moves).Select(m => m.ContainerId).Order());
        var gone = ClusterRepack.Resume(snapshot with { Containers = [.. snapshot.Containers.Where(c => c.Id != "b")] }, plan, new RepackOptions()).Value;
        Assert.Equal("c", Assert.Single(Moves(gone)).ContainerId);
        Assert.Contains("b does not run any more", gone.Report.WorstRefusals[0].Explanation);
        var full = ClusterRepack.Resume(snapshot with { Containers = [.. snapshot.Containers, Container("d", "d", "h1", 1500)] }, plan, new RepackOptions()).Value;
        Assert.Equal("c", Assert.Single(Moves(full)).ContainerId);
        Assert.Contains("h1 does not take it any more: 1 of 1 hosts lack 0.6 cores of promisable cpu. Plan again.", full.Report.WorstRefusals[0].Explanation);
        var away = ClusterRepack.Resume(snapshot with { Hosts = [.. snapshot.Hosts.Skip(1)] }, plan, new RepackOptions()).Value;
        Assert.Empty(Moves(away));
        Assert.Contains("h1 is not in the cluster any more", away.Report.WorstRefusals[0].Explanation);
    }

    [Theory]
    [InlineData(double.NaN, 0.9, 1, "MaxMovedShare is NaN")]
    [InlineData(1.5, 0.9, 1, "MaxMovedShare is 1.5")]
    [InlineData(1, 0, 1, "Safety is 0")]
    [InlineData(1, 0.9, 0, "MovesAtOnce is 0")]
    public void Options_ThatCantBeMeant_AreRefused(double share, double safety, int atOnce, string cause)
    {
        var outcome = ClusterRepack.Plan(Cluster([Host("h1")]), new RepackOptions { MaxMovedShare = share, Safety = safety, MovesAtOnce = atOnce });
        Assert.Contains(cause, outcome.Refusal!.Message);
    }

    [Fact]
    public void Snapshot_ThatBreaksARule_IsRefused() =>
        Assert.Contains("negative", ClusterRepack.Plan(Cluster([new HostSnapshot("h1", [-1, 1])]), new RepackOptions()).Refusal!.Message);

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(-5)]
    [InlineData(double.PositiveInfinity)]
    public void Estimate_BootTimeThatCantBe_CountsAsNone(double boot)
    {
        var snapshot = Cluster([Host("h1"), Host("h2")], Container("a", "x", "h1", 2000), Container("b", "y", "h2", 1000) with { BootSeconds = boot });
        Assert.Equal(30, Plan(snapshot).Report.EstimatedSeconds);
        Assert.Equal(30, Plan(snapshot, new RepackOptions { StopTheWorld = true }).Report.EstimatedSeconds);
    }

    [Fact]
    public void Cluster_WithNothingInIt_GivesAnEmptyPlan()
    {
        foreach (var objective in Enum.GetValues<RepackObjective>())
            foreach (var snapshot in new[] { Cluster([]), Cluster([Host("h1")]), Cluster([], Container("a", "a", "h9")) })
                Assert.Empty(Plan(snapshot, new RepackOptions { Objective = objective }).Plan.Waves);
    }

    [Fact]
    public void Container_LargerThanAnyHost_StaysAndIsExplained()
    {
        var plan = Plan(Cluster([Host("h1"), Host("h2") with { State = HostState.Draining }], Container("a", "a", "h2", 9000), Container("b", "b", "h1", 100)));
        Assert.Empty(Moves(plan));
        Assert.Contains("for a, 0 of 1 other hosts in use: 1 lacks 9 cores of promisable cpu", plan.Report.WorstRefusals[0].Explanation);
    }

    [Fact]
    public void Chance_OfASum_IsTheNormalTail()
    {
        Assert.Equal(0.5, OverloadChance.Of(10, 4, 10), 6);
        Assert.Equal(0.158655, OverloadChance.Of(10, 4, 12), 6);
        Assert.Equal(0.977250, OverloadChance.Of(10, 4, 6), 6);
        Assert.Equal((0, 1), (OverloadChance.Of(10, 0, 10), OverloadChance.Of(11, 0, 10)));
    }

    /// <summary>The waves from where the snapshot is to these hosts.</summary>
    private static MigrationWaves Waves(ClusterSnapshot snapshot, RepackOptions options, params (string Container, string Host)[] to)
    {
        var model = new RepackModel(snapshot.Canonical(), options);
        var target = model.Origin.ToArray();
        foreach (var (container, host) in to)
            target[model.Snapshot.Containers.ToList().FindIndex(c => c.Id == container)] = Array.FindIndex(model.Hosts, h => h.Id == host);
        return new MigrationWaves(model, model.Origin, target);
    }
}
