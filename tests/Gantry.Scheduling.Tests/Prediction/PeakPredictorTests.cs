using CsCheck;
using Gantry.Scheduling.Prediction;
using Gantry.Scheduling.Profiles;

namespace Gantry.Scheduling.Tests.Prediction;

public sealed class PeakPredictorTests
{
    private static ContainerUsage Steady(long limit, float use, float spike = 0) =>
        new(limit, new ProfileSnapshot([.. Enumerable.Range(0, 100).Select(i => i % 50 == 7 ? use + spike : use)]));

    [Fact]
    public void Limits_Always_AddUp() => Assert.Equal(300, PeakPredictors.Find("limits")!.Peak([Steady(100, 1), Steady(200, 1)]));

    [Fact]
    public void BorgDefault_Always_IsNineTenths() => Assert.Equal(270, PeakPredictors.Find("borg-default")!.Peak([Steady(100, 1), Steady(200, 1)]), 9);

    [Fact]
    public void PercentileSum_HandComputed_AddsTheNinetyFifths() =>
        Assert.Equal(30, PeakPredictors.Find("percentile-sum")!.Peak([Steady(100, 10, 50), Steady(200, 20)]), 5);

    [Fact]
    public void Sigma_HandComputed_IsMeanAndFiveDeviations()
    {
        // Alternates 10 and 20: mean 15, deviation 5, 15 + 25 = 40.
        var usage = new ContainerUsage(100, new ProfileSnapshot([.. Enumerable.Range(0, 100).Select(i => i % 2 == 0 ? 10f : 20f)]));
        Assert.Equal(40, PeakPredictors.Find("n-sigma")!.Peak([usage]), 9);
    }

    [Fact]
    public void Seasonal_OppositeDays_CountsThePeakOfTheSum()
    {
        var day = new ContainerUsage(100, new ProfileSnapshot([1]) { Daily = [.. Enumerable.Range(0, 96).Select(i => i < 48 ? 80f : 10f)] });
        var night = new ContainerUsage(100, new ProfileSnapshot([1]) { Daily = [.. Enumerable.Range(0, 96).Select(i => i < 48 ? 10f : 80f)] });
        Assert.Equal(99, PeakPredictors.Find("seasonal")!.Peak([day, night]), 4);
    }

    [Fact]
    public void Young_AnyPredictorThatMeasures_CountsWithItsLimit()
    {
        foreach (var name in new[] { "limits", "percentile-sum", "n-sigma", "max", "seasonal" })
            Assert.Equal(100, PeakPredictors.Find(name)!.Peak([new ContainerUsage(100, null)]));
    }

    [Fact]
    public void Peak_AnyUse_IsNeverAboveTheLimitsOrBelowZero() => Gen.Float[0, 100].Array[30, 60].Array[0, 5].Sample(windows =>
    {
        var usages = windows.Select(w => new ContainerUsage(100, new ProfileSnapshot(w))).ToList();
        foreach (var predictor in PeakPredictors.All) Assert.InRange(predictor.Peak(usages), 0, 100 * usages.Count + 1e-6);
    });
}
