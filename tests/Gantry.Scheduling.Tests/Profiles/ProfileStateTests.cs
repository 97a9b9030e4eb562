using CsCheck;
using Gantry.Scheduling.Profiles;

namespace Gantry.Scheduling.Tests.Profiles;

public sealed class ProfileStateTests
{
    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(-1)]
    [InlineData(-1e-9)]
    [InlineData(1e39)] // a number, but none that a profile can hold: as a sample it would be infinite
    public void Sample_NotANumber_LeavesTheProfileAsItWas(double value)
    {
        var profile = new ProfileState(100);
        profile.Add(10, 5);
        Assert.Equal(SampleResult.NotANumber, profile.Add(20, value));
        Assert.Equal([5f], profile.ToSnapshot().Window);
    }

    [Fact]
    public void Clock_SetBack_IsReportedAndNotCounted()
    {
        var profile = new ProfileState(100);
        profile.Add(100, 5);
        Assert.Equal(SampleResult.ClockWentBack, profile.Add(90, 9));
        Assert.Equal(SampleResult.ClockWentBack, profile.Add(100, 9));
        Assert.Equal(1, profile.Count);
    }

    [Fact]
    public void Samples_Missed_RepeatTheLastOne()
    {
        var profile = new ProfileState(100);
        profile.Add(0, 5);
        profile.Add(41, 9);
        Assert.Equal([5f, 5f, 5f, 5f, 9f], profile.ToSnapshot().Window);
        profile.Add(10_000_000, 1);
        Assert.Equal(ProfileState.WindowSize, profile.Count);
    }

    [Fact]
    public void Percentile_OfTheHistogram_BoundsTheExactOne() => Gen.Select(Gen.Double[0, 120].Array[1, 400], Gen.Double[0.01, 1]).Sample((values, share) =>
    {
        var profile = new ProfileState(100);
        for (var i = 0; i < values.Length; i++) profile.Add(i * 10, values[i]);
        var exact = profile.ToSnapshot().Percentile(share);
        Assert.InRange(profile.Percentile(share), exact - 1e-3, exact + 2.001);
    });

    [Fact]
    public void Percentile_Bursts_AreNotLost()
    {
        var profile = new ProfileState(100);
        profile.Add(0, 1000);
        Assert.Equal(1000, profile.Percentile(1));
    }

    [Fact]
    public void Daily_AfterADay_HoldsThePeakOfEachPart()
    {
        var profile = new ProfileState(100, 300);
        for (var t = 0; t <= 86400; t += 300) profile.Add(t, t % 900 == 300 && t / 900 == 40 ? 80 : 10);
        var daily = profile.ToSnapshot().Daily;
        Assert.Equal(ProfileState.DayParts, daily.Count);
        Assert.Equal(80, daily[40]);
        Assert.Equal(10, daily[41]);
    }

    [Theory]
    [InlineData(new[] { 3.0, 3, 3, 3 }, 3)]
    [InlineData(new double[0], 0)]
    public void Forecast_WithoutVariation_IsTheMean(double[] window, double expected) => Assert.Equal(expected, Autoregression.Next(window));

    [Fact]
    public void Forecast_HandComputed_FollowsTheFormula()
    {
        // Mean 2.5, deviations -1.5 -0.5 0.5 1.5: covariance 0.75 - 0.25 + 0.75 = 1.25, variance 5, φ = 0.25.
        Assert.Equal(2.5 + 0.25 * 1.5, Autoregression.Next([1, 2, 3, 4]), 12);
    }

    [Fact]
    public void Capacity_GrayBox_IsTheBoundForGeneralQueues()
    {
        // s = 0.02, d = 0.12, variances 0.001 and 0.001: 1 / (0.02 + 0.002 / 0.2) = 33.3.
        Assert.Equal(33.333, new RequestProfile(10, 20, 0.02, 0.03, 0.12, 0.001, 0.001).Capacity, 3);
        Assert.Equal(0, new RequestProfile(10, 20, 0.2, 0.03, 0.12, 0.001, 0.001).Capacity);
    }
}
