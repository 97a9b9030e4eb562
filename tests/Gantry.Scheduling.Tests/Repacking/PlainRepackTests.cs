using CsCheck;
using Gantry.Scheduling.Model;
using Gantry.Scheduling.Profiles;
using Gantry.Scheduling.Repacking;
using Gantry.Scheduling.Tests.Support;
using static Gantry.Scheduling.Tests.Clusters;

namespace Gantry.Scheduling.Tests.Repacking;

/// <summary>Costs, balance and risk of a repacking against the same worked out from the snapshot alone, and by hand.</summary>
public sealed class PlainRepackTests
{
    [Fact]
    public void Report_AnyPlan_IsWhatTheSnapshotsSay() => Gen.Select(RepackClusters.Any, RepackClusters.Options).Sample((snapshot, options) =>
    {
        var plan = ClusterRepack.Plan(snapshot, options).Value;
        var (before, after) = (new PlainRepack(snapshot, options), new PlainRepack(RepackClusters.After(snapshot, plan.Plan.Waves), options));
        Assert.Equal(before.Imbalance, plan.Report.ImbalanceBefore, 1e-6);
        Assert.Equal(after.Imbalance, plan.Report.ImbalanceAfter, 1e-6);
        Assert.Equal(before.Convex, plan.Report.CostBefore, 1e-6);
        Assert.Equal(after.Convex, plan.Report.CostAfter, 1e-6);
        Assert.Equal(before.Risk, plan.Report.RiskBefore, 1e-6);
        Assert.Equal(after.Risk, plan.Report.RiskAfter, 1e-6);
    }, iter: 1000);

    [Fact]
    public void Plan_BoundedChance_IsKeptWithCopiesInFlight() => Gen.Select(RepackClusters.Any, RepackClusters.Options, Gen.Int[1, 20]).Sample((snapshot, options, percent) =>
    {
        options = options with { MaxOverloadChance = percent / 100.0 };
        Assert.Empty(PlainRepack.TooRisky(snapshot, options, ClusterRepack.Plan(snapshot, options).Value.Plan.Waves));
    }, iter: 1000);

    /// <summary>The checker itself: two of mean 500 and deviation 400 are above 1700 in 11 % of all moments, 0.5 + 0.5 − 1.24 deviations.</summary>
    [Theory]
    [InlineData(1700, 0.10, true)]
    [InlineData(1700, 0.12, false)]
    [InlineData(3000, 0.01, false)]
    public void Checker_HostThatWouldBeOverloadedTooOften_IsNamed(long capacity, double most, bool named)
    {
        ContainerSnapshot Noisy(string id, string host) => Container(id, id, host, 1000, 64) with { Profiles = [new ProfileSnapshot([.. Enumerable.Range(0, 40).Select(i => i % 2 == 0 ? 100f : 900f)]), null] };
        var cluster = Of(Host("h1", capacity), Host("h2", capacity)) with { Containers = [Noisy("a", "h1"), Noisy("b", "h2")], Policy = new ClusterPolicy { Overcommit = [new("", "cpu", 2)] } };
        MoveWave[] waves = [new([new Move("b", "h2", "h1", "")], 0)];
        Assert.Equal(named, PlainRepack.TooRisky(cluster, new RepackOptions { MaxOverloadChance = most }, waves).Any());
    }

    /// <summary>VSL of a host of 4 cores and 4 GB: (cpu share + memory share) / 2; σ/μ over both hosts.</summary>
    [Theory]
    [InlineData(1000, 1024, 1000, 1024, 0.0)] // 0.25 and 0.25
    [InlineData(2000, 2048, 0, 0, 1.0)] // 0.5 and 0: μ = σ = 0.25
    [InlineData(3000, 3072, 1000, 1024, 0.5)] // 0.75 and 0.25: σ 0.25, μ 0.5
    [InlineData(4000, 0, 0, 4096, 0.0)] // one is full of one, one of the other: 0.5 and 0.5
    [InlineData(4000, 4096, 1000, 0, 0.7777777777777778)] // 1 and 0.125: σ 0.4375, μ 0.5625
    public void Imbalance_HandComputed_IsThat(long cpu1, long memory1, long cpu2, long memory2, double imbalance)
    {
        var snapshot = Of(Host("h1"), Host("h2"), Host("h3") with { State = HostState.Draining }) with
        {
            Containers = [Container("a", "a", "h1", cpu1, memory1) with { Movable = false }, Container("b", "b", "h2", cpu2, memory2) with { Movable = false }, Container("c", "c", "h3") with { Movable = false }],
        };
        Assert.Equal(imbalance, ClusterRepack.Plan(snapshot, new RepackOptions()).Value.Report.ImbalanceBefore, 12);
        Assert.Equal(imbalance, new PlainRepack(snapshot, new RepackOptions()).Imbalance, 12);
    }

    /// <summary>Measured use counts where there is enough of it: means of 1000 and 3000 of 4000 cpu, nothing of memory.</summary>
    [Fact]
    public void Imbalance_OfMeasuredUse_CountsMeans()
    {
        ContainerSnapshot Using(string id, string host, float low, float high) => Container(id, id, host, 4000, 0) with
        { Movable = false, Profiles = [new ProfileSnapshot([.. Enumerable.Range(0, 40).Select(i => i % 2 == 0 ? low : high)]), null] };
        var snapshot = Of(Host("h1"), Host("h2")) with { Containers = [Using("a", "h1", 0, 2000), Using("b", "h2", 2000, 4000)] };
        Assert.Equal(0.5, ClusterRepack.Plan(snapshot, new RepackOptions()).Value.Report.ImbalanceBefore, 12);
    }

    /// <summary>One host of 1000 at such a use: 1 + α(e^max(0, use − β) − 1).</summary>
    [Theory]
    [InlineData(500, 10, 0.5, 1)]
    [InlineData(600, 10, 0.5, 2.0517091807564771)] // 1 + 10 (e^0.1 − 1)
    [InlineData(1000, 10, 0.5, 7.4872127070012815)] // 1 + 10 (e^0.5 − 1)
    [InlineData(1000, 0, 0.5, 1)]
    [InlineData(1000, 1, 0, 2.7182818284590451)]
    public void Convex_HandComputed_IsThat(long use, double alpha, double beta, double cost)
    {
        var options = new RepackOptions { Alpha = alpha, Beta = beta };
        var snapshot = Of(Host("h1", 1000), Host("h2", 1000)) with { Containers = [Container("a", "a", "h1", use, 64)] };
        Assert.Equal(cost, ClusterRepack.Plan(snapshot, options).Value.Report.CostBefore, 12);
        Assert.Equal(cost, new PlainRepack(snapshot, options).Convex, 12);
    }

    /// <summary>A day of two parts at 600 and 400 of 1000: the mean of 2.05 and 1.</summary>
    [Fact]
    public void Convex_OverADay_IsTheMeanOfItsParts()
    {
        var snapshot = Of(Host("h1", 1000)) with { Containers = [Container("a", "a", "h1", 1000, 64) with { Profiles = [new ProfileSnapshot([]) { Daily = [600, 400] }, null] }] };
        Assert.Equal((1 + 10 * (Math.Exp(0.1) - 1) + 1) / 2, ClusterRepack.Plan(snapshot, new RepackOptions()).Value.Report.CostBefore, 9);
    }

    /// <summary>Of a host with ten noisy containers the chance by the formula is the share of 100,000 drawn moments that are above.</summary>
    [Theory]
    [InlineData(50, 20, 560)]
    [InlineData(50, 20, 600)]
    [InlineData(80, 5, 790)]
    public void Chance_OfASum_IsThatOfManyDraws(double mean, double deviation, double capacity)
    {
        var d = new Draw(21);
        var above = Enumerable.Range(0, 100_000).Count(_ => Enumerable.Range(0, 10).Sum(_ => mean + deviation * d.Normal()) > capacity) / 100_000.0;
        Assert.Equal(above, OverloadChance.Of(10 * mean, 10 * deviation * deviation, capacity), 0.006);
    }

    [Fact]
    public void Chance_OfAnyLoad_IsTheTailOfTheNormalDistribution() => Gen.Select(Gen.Double[-100, 100], Gen.Double[0.01, 900], Gen.Double[-100, 100]).Sample((mean, variance, capacity) =>
        Assert.Equal(PlainRepack.NormalTail((capacity - mean) / Math.Sqrt(variance)), OverloadChance.Of(mean, variance, capacity), 2e-7), iter: 10_000);

    /// <summary>A container with five samples is not known yet, whether or not others have a day: it counts with its limit.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    public void Young_Container_CountsWithItsLimit(int dayParts)
    {
        ContainerSnapshot With(string id, ProfileSnapshot? profile) => Container(id, id, "h1", 1000, 64) with { Profiles = [profile, null] };
        var layout = new LaneLayout(Of(Host("h1")) with { Containers = [With("day", new ProfileSnapshot([.. Enumerable.Repeat(1f, 40)]) { Daily = new float[dayParts] })] });
        var lanes = layout.Of(With("young", new ProfileSnapshot([1, 2, 3, 4, 5])));
        Assert.Equal((1000, 0), (lanes[layout.Unmeasured(0)], lanes[layout.Mean(0)]));
        var old = layout.Of(With("old", new ProfileSnapshot([.. Enumerable.Repeat(5f, 30)])));
        Assert.Equal((0, 5), (old[layout.Unmeasured(0)], old[layout.Mean(0)]));
    }

    /// <summary>Freed hosts at their price less those taken into use: h1 drains and needs the empty h3.</summary>
    [Fact]
    public void Saved_IsThePriceOfWhatIsFreedLessOfWhatIsTaken()
    {
        var snapshot = Of(Host("h1") with { State = HostState.Draining, Class = "dear" }, Host("h2"), Host("h3")) with { Containers = [Container("a", "a", "h1", 3000), Container("b", "b", "h2", 2000)] };
        var report = ClusterRepack.Plan(snapshot, new RepackOptions { Prices = new Dictionary<string, double> { ["dear"] = 200, [""] = 80 } }).Value.Report;
        Assert.Equal((120, 2, 2), (report.SavedPerMonth, report.HostsBefore, report.HostsAfter));
        Assert.Equal(["h1"], report.Freed);
        Assert.Equal(0, ClusterRepack.Plan(snapshot, new RepackOptions { Prices = new Dictionary<string, double> { ["other"] = 5 } }).Value.Report.SavedPerMonth);
    }
}
