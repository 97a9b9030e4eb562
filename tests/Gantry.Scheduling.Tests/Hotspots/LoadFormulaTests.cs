using CsCheck;
using Gantry.Scheduling.Hotspots;
using Gantry.Scheduling.Profiles;
using Gantry.Scheduling.Repacking;

namespace Gantry.Scheduling.Tests.Hotspots;

/// <summary>What must hold between two values of the formulas of risk, whatever they are: between a load and its mirror image, a larger one, another unit.</summary>
public sealed class LoadFormulaTests
{
    private static Gen<(double Mean, double Deviation, double Bound)> Any => Gen.Select(Gen.Double[-500, 500], Gen.Double[0, 200], Gen.Double[-500, 500]);

    /// <summary>E[max(0, u − b)] − E[max(0, b − u)] = E[u] − b; the second is the excess of the mirrored load.</summary>
    [Fact]
    public void Excess_LessThatOfTheMirrorImage_IsTheMeanLessTheBound() => Any.Sample((mean, deviation, bound) =>
        Assert.Equal(mean - bound, ExpectedExcess.Of(mean, deviation, bound) - ExpectedExcess.Of(-mean, deviation, -bound), 1e-6 * (1 + deviation)), iter: 5000);

    [Fact]
    public void Excess_OfMoreOrMoreVaryingLoadOrALowerBound_IsNoLess() => Gen.Select(Any, Gen.Double[0, 100]).Sample((load, more) =>
    {
        var (mean, deviation, bound) = load;
        var (excess, slack) = (ExpectedExcess.Of(mean, deviation, bound), 1e-6 * (1 + deviation));
        Assert.InRange(ExpectedExcess.Of(mean + more, deviation, bound), excess - slack, excess + more + slack);
        Assert.InRange(ExpectedExcess.Of(mean, deviation, bound - more), excess - slack, excess + more + slack);
        // Of a deviation a mean excess grows by its density at most: 1 / √2π.
        Assert.InRange(ExpectedExcess.Of(mean, deviation + more, bound), excess - slack, excess + 0.4 * more + slack);
    }, iter: 5000);

    [Fact]
    public void Excess_InAnotherUnit_IsThatInTheUnit() => Gen.Select(Any, Gen.Double[0.01, 100]).Sample((load, unit) =>
    {
        var (mean, deviation, bound) = load;
        Assert.Equal(unit * ExpectedExcess.Of(mean, deviation, bound), ExpectedExcess.Of(unit * mean, unit * deviation, unit * bound), 1e-6 * unit * (1 + deviation));
        // Only the distance to the bound counts.
        Assert.Equal(ExpectedExcess.Of(mean, deviation, bound), ExpectedExcess.Of(mean + unit, deviation, bound + unit), 1e-6 * (1 + deviation));
    }, iter: 3000);

    /// <summary>At six deviations the formula is left for its limits: without a step that a search could lean on.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    [InlineData(1000)]
    public void Excess_WhereTheFormulaEnds_HasNoStep(double deviation)
    {
        Assert.Equal(0, ExpectedExcess.Of(0, deviation, 6 * deviation));
        // Not before: φ(4.5) − 4.5 · Q(4.5).
        Assert.Equal(6.942e-07 * deviation, ExpectedExcess.Of(0, deviation, 4.5 * deviation), 3e-8 * deviation);
        Assert.InRange(ExpectedExcess.Of(0, deviation, 5.999 * deviation), 0, 1e-8 * deviation);
        Assert.Equal(6 * deviation, ExpectedExcess.Of(0, deviation, -6 * deviation), 12);
        Assert.Equal(5.999 * deviation, ExpectedExcess.Of(0, deviation, -5.999 * deviation), 1e-6 * deviation);
    }

    /// <summary>At the bound: deviation / √2π.</summary>
    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0.3989422804)]
    [InlineData(10, 3.989422804)]
    public void Excess_OfALoadAtItsBound_IsThatOfItsDeviation(double deviation, double excess) => Assert.Equal(excess, ExpectedExcess.Of(75, deviation, 75), 1e-6);

    [Fact]
    public void Chance_OfALoadAndItsMirrorImage_IsOneTogether() => Any.Sample((mean, deviation, capacity) =>
    {
        if (deviation == 0) return;
        var chance = OverloadChance.Of(mean, deviation * deviation, capacity);
        Assert.Equal(1, chance + OverloadChance.Of(-mean, deviation * deviation, -capacity), 2e-7);
        Assert.InRange(chance, -1e-7, 1 + 1e-7);
    }, iter: 3000);

    [Fact]
    public void Chance_OfMoreLoadOrLessCapacity_IsNoLess() => Gen.Select(Any, Gen.Double[0, 100]).Sample((load, more) =>
    {
        var (mean, deviation, capacity) = load;
        var chance = OverloadChance.Of(mean, deviation * deviation, capacity);
        Assert.True(OverloadChance.Of(mean + more, deviation * deviation, capacity) >= chance - 2e-7);
        Assert.True(OverloadChance.Of(mean, deviation * deviation, capacity + more) <= chance + 2e-7);
        // More variation draws the chance to a half, from either side.
        var wider = OverloadChance.Of(mean, (deviation + more) * (deviation + more), capacity);
        Assert.True(Math.Abs(wider - 0.5) <= Math.Abs(chance - 0.5) + 2e-7);
    }, iter: 3000);

    /// <summary>The table of the normal distribution: chance of more than so many deviations above the mean.</summary>
    [Theory]
    [InlineData(0, 0.5)]
    [InlineData(0.5, 0.3085375387)]
    [InlineData(1, 0.1586552539)]
    [InlineData(1.2815515655, 0.1)]
    [InlineData(1.6448536270, 0.05)]
    [InlineData(2, 0.0227501319)]
    [InlineData(2.3263478740, 0.01)]
    [InlineData(3.0902323062, 0.001)]
    [InlineData(4, 0.0000316712)]
    public void Chance_OfDeviationsFromTheMean_IsThatOfTheTable(double deviations, double chance)
    {
        Assert.Equal(chance, OverloadChance.Of(1000, 50 * 50, 1000 + 50 * deviations), 1e-7);
        Assert.Equal(1 - chance, OverloadChance.Of(1000, 50 * 50, 1000 - 50 * deviations), 1e-7);
    }

    /// <summary>A forecast of a + b·u is a + b times that of u.</summary>
    [Fact]
    public void Forecast_OfAnotherUnitAndZero_IsThatInTheUnit() => Gen.Select(Gen.Double[0, 100].Array[2, 40], Gen.Double[-50, 50], Gen.Double[0.1, 20]).Sample((window, zero, unit) =>
    {
        var next = Autoregression.Next(window);
        double[] other = [.. window.Select(u => zero + unit * u)];
        Assert.Equal(zero + unit * next, Autoregression.Next(other), 1e-6 * (1 + Math.Abs(zero) + 100 * unit));
    }, iter: 3000);

    /// <summary>Lag one of a window is at most one in size: a forecast is no farther from the mean than the newest sample.</summary>
    [Fact]
    public void Forecast_OfAnyWindow_IsNoFartherFromTheMeanThanTheNewest() => Gen.Double[0, 100].Array[1, 50].Sample(window =>
    {
        var mean = window.Average();
        Assert.True(Math.Abs(Autoregression.Next(window) - mean) <= Math.Abs(window[^1] - mean) + 1e-9);
    }, iter: 3000);

    /// <summary>A window read backwards has the same lag: only the newest sample differs.</summary>
    [Fact]
    public void Forecast_OfAWindowReadBackwards_HasTheSameMemory() => Gen.Double[0, 100].Array[3, 50].Sample(window =>
    {
        var mean = window.Average();
        double Memory(double[] w) => (Autoregression.Next(w) - mean) / (w[^1] - mean);
        double[] back = [.. window.Reverse()];
        if (Math.Abs(window[^1] - mean) < 1e-3 || Math.Abs(back[^1] - mean) < 1e-3) return;
        Assert.Equal(Memory(window), Memory(back), 1e-6);
    }, iter: 3000);
}
