using CsCheck;
using Gantry.Scheduling.Model;
using Gantry.Scheduling.Repacking;
using Gantry.Scheduling.Tests.Support;
using static Gantry.Scheduling.Tests.Clusters;

namespace Gantry.Scheduling.Tests.Repacking;

/// <summary>What a finished search has to have left nothing of: no single move that anybody could still see.</summary>
public sealed class ObjectiveTests
{
    private static readonly RepackOptions _options = new() { StopTheWorld = true, Safety = 1, BalanceGoal = 0 };

    /// <summary>Clusters of limits only, so that the checker's answer to one more move is quick.</summary>
    private static Gen<ClusterSnapshot> Plain => RepackClusters.Any.Select(s => s with
    {
        Policy = new ClusterPolicy(),
        Hosts = [.. s.Hosts.Select(h => h.State == HostState.Draining ? h with { State = HostState.Ready } : h)],
        Containers = [.. s.Containers.Take(10).Select(c => c with { Profiles = [], Movable = true, Volume = "", Constraints = c.Constraints with { MaxPerHost = 0 } })],
    });

    [Theory]
    [InlineData(RepackObjective.ConvexCost)]
    [InlineData(RepackObjective.Balance)]
    public void Finished_Search_LeavesNoMoveThatHelps(RepackObjective objective) => Plain.Sample(snapshot =>
    {
        var options = _options with { Objective = objective };
        var plan = ClusterRepack.Plan(snapshot, options).Value;
        if (!plan.Report.Finished) return;
        var after = RepackClusters.After(snapshot, plan.Plan.Waves);
        double Cost(ClusterSnapshot s) => objective == RepackObjective.Balance ? new PlainRepack(s, options).Imbalance : new PlainRepack(s, options).Convex;
        var plain = new PlainRepack(after, options);
        double Load(HostSnapshot h) => objective == RepackObjective.Balance ? plain.Vsl(h) : plain.ConvexOf(h);
        var reached = Cost(after);
        foreach (var container in after.Containers)
            foreach (var to in after.Hosts.Where(h => h.State == HostState.Ready))
            {
                // It looks from the costlier host to the cheaper one.
                if (after.Hosts.FirstOrDefault(h => h.Id == container.Host && h.State == HostState.Ready) is not { } from || Load(to) >= Load(from)) continue;
                MoveWave[] one = [new([new Move(container.Id, container.Host, to.Id, "")], 0)];
                if (Cost(RepackClusters.After(after, one)) < reached - 1e-5) Assert.NotEmpty(RepackChecker.Violations(after, options, one));
            }
    }, iter: 300);

    /// <summary>No host whose containers would all fit on others in use, each on its own as the others lie.</summary>
    [Fact]
    public void Finished_FewestHosts_LeavesNoHostThatEmptiesByItself() => Plain.Sample(snapshot =>
    {
        var plan = ClusterRepack.Plan(snapshot, _options).Value;
        if (!plan.Report.Finished) return;
        var after = RepackClusters.After(snapshot, plan.Plan.Waves);
        foreach (var there in after.Containers.GroupBy(c => c.Host).Where(g => g.Count() == 1 && after.Hosts.Any(h => h.Id == g.Key && h.State == HostState.Ready)))
            foreach (var target in after.Containers.Select(c => c.Host).Distinct().Where(h => h != there.Key && after.Hosts.Any(x => x.Id == h)))
                Assert.NotEmpty(RepackChecker.Violations(after, _options, [new MoveWave([new Move(there.First().Id, there.Key, target, "")], 0)]));
    }, iter: 1000);

    /// <summary>A budget of m moves is never passed, and nothing is moved without a gain.</summary>
    [Fact]
    public void Budget_AnyShare_IsKeptAndUsedForSomething() => Gen.Select(RepackClusters.Any, RepackClusters.Options, Gen.Int[0, 100]).Sample((snapshot, options, percent) =>
    {
        options = options with { MaxMovedShare = percent / 100.0 };
        var report = ClusterRepack.Plan(snapshot, options).Value.Report;
        Assert.InRange(report.MovedShare * snapshot.Containers.Count, 0, percent * snapshot.Containers.Count / 100 + 1e-9);
        if (report.Moves == 0 || snapshot.Hosts.Any(h => h.State == HostState.Draining)) return;
        Assert.True(options.Objective switch
        {
            RepackObjective.FewestHosts => report.HostsAfter < report.HostsBefore,
            RepackObjective.ConvexCost => report.CostAfter < report.CostBefore,
            _ => report.ImbalanceAfter < report.ImbalanceBefore,
        });
    }, iter: 1000);

    /// <summary>Of eight containers of 500 on one host of two: each goal of balance with the fewest moves that reach it, C = |8 − 2m| / 8.</summary>
    [Theory]
    [InlineData(1.01, 0)]
    [InlineData(0.76, 1)]
    [InlineData(0.51, 2)]
    [InlineData(0.3, 3)]
    [InlineData(0.26, 3)]
    [InlineData(0.1, 4)]
    public void Balance_ToAGoal_StopsThere(double goal, int moves)
    {
        var snapshot = Of(Host("h1"), Host("h2")) with { Containers = [.. Enumerable.Range(0, 8).Select(i => Container($"c{i}", $"a{i}", "h1", 500))] };
        Assert.Equal(moves, ClusterRepack.Plan(snapshot, new RepackOptions { Objective = RepackObjective.Balance, BalanceGoal = goal }).Value.Report.Moves);
    }

    /// <summary>Balance weighs shares: a host of twice the size takes twice as much.</summary>
    [Fact]
    public void Balance_HostsOfTwoSizes_FillsThemAlike()
    {
        var snapshot = Of(Host("h1", 4000, 4096), Host("h2", 8000, 8192)) with { Containers = [.. Enumerable.Range(0, 6).Select(i => Container($"c{i}", $"a{i}", "h1", 600, 614))] };
        var plan = ClusterRepack.Plan(snapshot, new RepackOptions { Objective = RepackObjective.Balance, BalanceGoal = 0.01 }).Value;
        Assert.Equal((4, 0.0), (plan.Report.Moves, Math.Round(plan.Report.ImbalanceAfter, 9)));
    }
}
