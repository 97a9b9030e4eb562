using CsCheck;
using Gantry.Scheduling.Profiles;

namespace Gantry.Scheduling.Tests.Profiles;

public sealed class ProfileMomentsTests
{
    [Fact]
    public void Moments_OfTwoSamples_AreHandComputed()
    {
        // Weights 0.95 and 1: mean (0.95 · 10 + 20) / 1.95; with two samples the unbiased variance is half the square of their difference.
        var moments = ProfileMoments.Of([10f, 20f]);
        Assert.Equal(29.5 / 1.95, moments.Mean, 5);
        Assert.Equal(50, moments.Variance, 3);
        Assert.Equal(20, moments.Highest);
    }

    [Fact]
    public void Moments_OfNothingOrOne_DoNotVary()
    {
        Assert.Equal(default, ProfileMoments.Of([]));
        Assert.Equal(new ProfileMoments(7, 0, 7), ProfileMoments.Of([7f]));
    }

    [Fact]
    public void Moments_OfBytes_KeepTheirDigits()
    {
        // 8 GiB, up and down by a mebibyte.
        var moments = ProfileMoments.Of([.. Enumerable.Range(0, 200).Select(i => 8589934592f + (i % 2 == 0 ? 1 << 20 : -(1 << 20)))]);
        Assert.InRange(Math.Sqrt(moments.Variance), 0.95 * (1 << 20), 1.05 * (1 << 20));
    }

    [Fact]
    public void Moments_OfAnyWindow_EqualTheSumsWrittenOut() => Gen.Float[0, 1000].Array[2, 260].Sample(window =>
    {
        var kept = window[^Math.Min(200, window.Length)..];
        double[] weights = [.. kept.Select((_, i) => Math.Pow(0.95, kept.Length - 1 - i))];
        var total = weights.Sum();
        var mean = kept.Zip(weights, (x, w) => x * w).Sum() / total;
        var variance = kept.Zip(weights, (x, w) => w * (x - mean) * (x - mean)).Sum() / total / (1 - weights.Sum(w => w * w) / (total * total));
        var moments = ProfileMoments.Of(window);
        Assert.Equal(mean, moments.Mean, 1e-3 * (1 + mean));
        Assert.Equal(variance, moments.Variance, 1e-3 * (1 + variance));
        Assert.Equal(kept.Max(), moments.Highest);
    });

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(-1f)]
    public void Window_BrokenSampleAnywhere_IsNotValid(float broken)
    {
        for (var length = 1; length < 20; length++)
            for (var at = 0; at < length; at++)
            {
                var window = new float[length];
                Assert.True(new ProfileSnapshot(window).IsValid());
                window[at] = broken;
                Assert.False(new ProfileSnapshot(window).IsValid());
                Assert.False(new ProfileSnapshot([1]) { Daily = window }.IsValid());
            }
    }
}
