using CsCheck;
using Gantry.Scheduling.Model;
using Gantry.Scheduling.Repacking;
using Gantry.Scheduling.Tests.Support;

namespace Gantry.Scheduling.Tests.Repacking;

/// <summary>Two clusters of which it is known how their repackings must relate, whatever these are.</summary>
public sealed class RepackRelationTests
{
    private const int Cases = 300;

    /// <summary>Without measurements, which are rounded up to whole units, every sum is exact.</summary>
    private static Gen<ClusterSnapshot> Unmeasured => RepackClusters.Any.Select(s => s with
    {
        Containers = [.. s.Containers.Select(c => c with { Profiles = [] })],
        Policy = s.Policy with { Predictor = "limits" },
    });

    [Fact]
    public void Amounts_AllTimesAPowerOfTwo_RepackTheSame() => Gen.Select(Unmeasured, RepackClusters.Options, Gen.Int[1, 8]).Sample((s, options, power) =>
    {
        var (plan, scaled) = (ClusterRepack.Plan(s, options).Value, ClusterRepack.Plan(Relations.Scaled(s, 1L << power), options).Value);
        Assert.Equal(Relations.Text(plan.Plan), Relations.Text(scaled.Plan));
        Assert.Equal(Numbers(plan.Report), Numbers(scaled.Report));
    }, iter: Cases);

    [Fact]
    public void Names_AllOthers_GiveThePlanWithThoseNames() => Gen.Select(RepackClusters.Any, RepackClusters.Options).Sample((s, options) =>
        Assert.Equal(Relations.Text(ClusterRepack.Plan(s, options).Value.Plan), Relations.WithOldNames(ClusterRepack.Plan(Relations.Renamed(s), options).Value.Plan)), iter: Cases);

    /// <summary>A closed host as large as all the others: half of everything is worth twice as much, which decides nothing.</summary>
    [Theory]
    [InlineData(HostState.Draining)]
    [InlineData(HostState.Down)]
    public void Host_ThatIsEmptyAndTakesNothing_ChangesNothing(HostState state) => Gen.Select(Unmeasured, RepackClusters.Options).Sample((s, options) =>
    {
        var (plan, more) = (ClusterRepack.Plan(s, options).Value, ClusterRepack.Plan(Relations.With(s, Relations.Closed(s, state)), options).Value);
        Assert.Equal(Relations.Text(plan.Plan), Relations.Text(more.Plan));
        Assert.Equal(Filled.Values(plan.Report), Filled.Values(more.Report));
    }, iter: Cases);

    [Theory]
    [InlineData("weaker rules")]
    [InlineData("rules said twice")]
    [InlineData("what hosts hold that nobody wants")]
    [InlineData("requests that wait")]
    [InlineData("rankers and samples of placement")]
    [InlineData("hotspots")]
    [InlineData("what containers cost to move")]
    public void Change_ThatMeansNothing_GivesTheSamePlan(string change) => Gen.Select(RepackClusters.Any, RepackClusters.Options).Sample((s, options) =>
        Assert.Equal(Relations.Text(ClusterRepack.Plan(s, options).Value.Plan), Relations.Text(ClusterRepack.Plan(Changed(s, change), options).Value.Plan)), iter: 120);

    private static ClusterSnapshot Changed(ClusterSnapshot s, string change) => change switch
    {
        "weaker rules" => s with { Interference = [.. s.Interference, .. s.Interference.Select(i => i with { Most = i.Most + 1 })] },
        "rules said twice" => s with { Interference = [.. s.Interference, .. s.Interference] },
        "what hosts hold that nobody wants" => s with { Hosts = [.. s.Hosts.Select(h => h with { Images = ["img9"], Volumes = [.. h.Volumes, "v9"], Labels = h.Labels.Append(new("rack", "r9")).ToDictionary(), RunQueue = 3 })] },
        "requests that wait" => s with { Pending = [new PlacementRequest("r", "app-a", 3, [1, 1])], NewIds = ["n"] },
        "rankers and samples of placement" => s with { Policy = s.Policy with { Rankers = [new("worst-fit", -1)], SampleSize = 1, Preemption = false } },
        "hotspots" => s with { Policy = s.Policy with { Hotspots = new HotspotPolicy { Threshold = 0.1, MaxMoves = 0 } } },
        _ => s with { Containers = [.. s.Containers.Select(c => c with { Connections = 99, Priority = 7, MovedAt = s.Now, Type = "worker", Image = "img" })] },
    };

    /// <summary>What a plan may do when it has fewer limits on the way, its search does not see: the target is the same, only the waves are others.</summary>
    [Fact]
    public void Limits_OfWaves_ChangeWhenThingsMoveAndNotWhere() => Gen.Select(RepackClusters.Any, RepackClusters.Options).Sample((s, options) =>
    {
        var (narrow, wide) = (Plan(s, options with { MovesAtOnce = 1 }), Plan(s, options with { MovesAtOnce = 1, MovesAtOncePerApp = 1, MovesAtOncePerHost = 1 }));
        // One move at a time keeps every limit by itself.
        if (!options.StopTheWorld) Assert.Equal(Relations.Text(narrow), Relations.Text(wide));
        Assert.All(narrow.Waves, w => Assert.True(options.StopTheWorld || w.Moves.Count == 1));
    }, iter: Cases);

    /// <summary>The time to drain is added to every wave, and a boot that takes twice as long takes twice as long.</summary>
    [Fact]
    public void Estimate_OfOtherTimes_IsMadeOfThem() => Gen.Select(RepackClusters.Any, RepackClusters.Options, Gen.Int[0, 100]).Sample((s, options, drain) =>
    {
        var slow = s with { Containers = [.. s.Containers.Select(c => c with { BootSeconds = 2 * c.BootSeconds })] };
        var (plan, other) = (Plan(s, options with { DrainSeconds = 0 }), Plan(slow, options with { DrainSeconds = drain }));
        Assert.Equal(plan.Waves.Select(w => 2 * w.EstimatedSeconds + drain), other.Waves.Select(w => w.EstimatedSeconds));
    }, iter: Cases);

    /// <summary>A goal that is reached already asks for nothing, and the imbalance that a plan reaches is never above that of a laxer goal.</summary>
    [Fact]
    public void Goal_OfBalance_WhenStricter_IsNoWorse() => Gen.Select(RepackClusters.Any, Gen.Double[0, 1]).Sample((s, goal) =>
    {
        if (s.Hosts.Any(h => h.State == HostState.Draining)) return;
        RepackReport Report(double g) => ClusterRepack.Plan(s, new RepackOptions { Objective = RepackObjective.Balance, BalanceGoal = g, Steps = 200_000, StopTheWorld = true }).Value.Report;
        var (strict, lax) = (Report(goal / 2), Report(goal));
        Assert.True(strict.ImbalanceAfter <= lax.ImbalanceAfter + 1e-9);
        if (lax.ImbalanceBefore <= goal) Assert.Equal(0, lax.Moves);
    }, iter: Cases);

    /// <summary>Prices that are all twice as high save twice as much, by the same moves.</summary>
    [Fact]
    public void Prices_AllTwice_SaveTwiceAsMuch() => Gen.Select(RepackClusters.Any, Gen.Int[1, 50], Gen.Int[1, 50]).Sample((s, small, big) =>
    {
        RepackPlan At(int factor) => ClusterRepack.Plan(s, new RepackOptions { Prices = new Dictionary<string, double> { [""] = factor * small, ["big"] = factor * big }, Steps = 200_000 }).Value;
        var (plan, twice) = (At(1), At(2));
        Assert.Equal(Relations.Text(plan.Plan), Relations.Text(twice.Plan));
        Assert.Equal(2 * plan.Report.SavedPerMonth, twice.Report.SavedPerMonth);
        Assert.Equal(plan.Report.Freed, twice.Report.Freed);
        // A plan that saves nothing is none, unless a host is to be emptied.
        if (plan.Plan.Waves.Count > 0 && s.Hosts.All(h => h.State != HostState.Draining)) Assert.True(plan.Report.SavedPerMonth > 0);
    }, iter: Cases);

    private static Plan Plan(ClusterSnapshot s, RepackOptions options) => ClusterRepack.Plan(s, options).Value.Plan;

    /// <summary>Amounts are told in sentences: those differ, the numbers do not.</summary>
    private static IEnumerable<string> Numbers(RepackReport report) =>
        Filled.Values(report with { WorstRefusals = [], Dropped = [.. report.Dropped.Select(d => d with { Explanation = "" })] });
}
