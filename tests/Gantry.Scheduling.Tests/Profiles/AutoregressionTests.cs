using CsCheck;
using Gantry.Scheduling.Profiles;
using Gantry.Scheduling.Tests.Support;

namespace Gantry.Scheduling.Tests.Profiles;

public sealed class AutoregressionTests
{
    /// <summary>û(t+1) = μ + φ(u(t) − μ), φ = Σ(u_t − μ)(u_{t−1} − μ) / Σ(u_t − μ)².</summary>
    [Fact]
    public void Forecast_OfAnyWindow_IsTheClosedForm() => Gen.Double[0, 1000].Array[2, 200].Sample(window =>
    {
        var mean = window.Average();
        var variance = window.Sum(u => (u - mean) * (u - mean));
        var phi = window.Skip(1).Zip(window, (u, before) => (u - mean) * (before - mean)).Sum() / variance;
        if (variance > 1e-6) Assert.Equal(mean + phi * (window[^1] - mean), Autoregression.Next(window), 1e-6);
    }, iter: 10_000);

    /// <summary>From a process with a known φ the forecast finds it again: what it foresees for a last sample of 10 above the mean is 10 φ above.</summary>
    [Theory]
    [InlineData(0.0)]
    [InlineData(0.5)]
    [InlineData(0.9)]
    [InlineData(-0.6)]
    public void Forecast_OfAProcessOfFirstOrder_FindsItsMemory(double phi)
    {
        var d = new Draw(11);
        var window = new double[20_000];
        for (var i = 1; i < window.Length; i++) window[i] = phi * window[i - 1] + d.Normal();
        var mean = window.Average();
        window[^1] = mean + 10;
        Assert.Equal(mean + 10 * phi, Autoregression.Next(window), 0.35);
    }

    [Theory]
    [InlineData(new[] { 5.0 }, 5.0)]
    [InlineData(new[] { 1.0, 2 }, 1.25)] // deviations −½, ½: φ = −¼ / ½ = −½, 1.5 − ½ · ½
    [InlineData(new[] { 0.0, 0, 0, 4 }, 0.75)] // deviations −1, −1, −1, 3: φ = (1 + 1 − 3) / 12, 1 − 3 / 12
    [InlineData(new[] { 1.0, 3, 1, 3 }, 1.25)] // deviations −1, 1, −1, 1: φ = −3 / 4, 2 − 3 / 4
    public void Forecast_HandComputed_IsThat(double[] window, double forecast) =>
        Assert.Equal(forecast, Autoregression.Next(window), 12);

    /// <summary>Samples of a real size that hardly differ: their mean is the forecast, and no division of one rounding by another.</summary>
    [Fact]
    public void Forecast_OfASteadyGigabyte_IsThatGigabyte() =>
        Assert.Equal(1L << 30, Autoregression.Next([.. Enumerable.Repeat((double)(1L << 30), 200)]), 1e-3);
}
