using System.Collections.ObjectModel;
using CsCheck;
using Gantry.Scheduling.Profiles;
using Gantry.Scheduling.Tests.Support;

namespace Gantry.Scheduling.Tests.Profiles;

/// <summary>Percentiles, moments and what the router saw, of any lists and numbers.</summary>
public sealed class ProfileSnapshotTests
{
    /// <summary>Also of more samples than a stack takes, of few different ones, and of sorted ones: what selection by a pivot could trip over.</summary>
    [Fact]
    public void Percentile_OfAnySamples_IsThatOfTheSortedOnes() => Gen.ULong.Sample(seed =>
    {
        var d = new Draw(seed);
        var (length, different) = (d.Pick(d.Int(1, 12), d.Int(13, 300), d.Int(500, 1200)), d.Pick(1, 3, 1000));
        float[] samples = d.Many(length, length, _ => d.Int(0, different) * 0.5f);
        if (d.Once(3)) Array.Sort(samples);
        if (d.Once(4)) Array.Reverse(samples);
        float[] before = [.. samples];
        foreach (var share in (double[])[0, 1, 0.5, 0.95, 1.0 / length, d.Double(0, 1)])
        {
            var expected = PlainPredictors.Percentile(samples, share);
            Assert.Equal(expected, new ProfileSnapshot(samples).Percentile(share));
            Assert.Equal(expected, new ProfileSnapshot(samples.ToList()).Percentile(share));
            Assert.Equal(expected, new ProfileSnapshot(new ReadOnlyCollection<float>(samples)).Percentile(share));
        }

        // A percentile is a question: it leaves the samples as they were.
        Assert.Equal(before, samples);
    }, iter: 1500);

    /// <summary>Of so many samples 1, 2, 3, …: the place is the share of them, rounded up.</summary>
    [Theory]
    [InlineData(20, 0.95, 19)]
    [InlineData(21, 0.95, 20)]
    [InlineData(40, 0.95, 38)]
    [InlineData(100, 0.951, 96)]
    [InlineData(1, 0.95, 1)]
    [InlineData(2, 0.5, 1)]
    [InlineData(3, 0.5, 2)]
    [InlineData(10, 0, 1)]
    [InlineData(10, 1, 10)]
    [InlineData(10, 2, 10)]
    [InlineData(10, -1, 1)]
    public void Percentile_OfTheFirstNumbers_IsItsPlace(int count, double share, int place) =>
        Assert.Equal(place, new ProfileSnapshot([.. Enumerable.Range(1, count).Select(i => (float)i)]).Percentile(share));

    [Fact]
    public void Percentile_OfNothing_IsNothing() => Assert.Equal(0, new ProfileSnapshot([]).Percentile(0.95));

    /// <summary>What is broken is found in every place of a window and of a day of any length, whatever list they come in.</summary>
    [Fact]
    public void Sample_BrokenInAnyPlace_IsFound()
    {
        for (var length = 1; length <= 35; length++)
            for (var at = 0; at < length; at++)
                foreach (var broken in (float[])[float.NaN, -1e-30f, -1, float.PositiveInfinity, float.NegativeInfinity])
                {
                    float[] samples = [.. Enumerable.Range(0, length).Select(i => i == at ? broken : i)];
                    Assert.False(new ProfileSnapshot(samples).IsValid());
                    Assert.False(new ProfileSnapshot(samples.ToList()).IsValid());
                    Assert.False(new ProfileSnapshot([1]) { Daily = new ReadOnlyCollection<float>(samples) }.IsValid());
                    samples[at] = at % 2 == 0 ? 0 : float.MaxValue;
                    Assert.True(new ProfileSnapshot(samples) { Daily = samples }.IsValid());
                }
    }

    /// <summary>Every number of what the router saw.</summary>
    [Fact]
    public void Requests_WithABrokenNumber_AreNotValid()
    {
        double[] good = [1, 2, 0.01, 0.02, 0.1, 0.001, 0.002];
        static RequestProfile Of(double[] n) => new(n[0], n[1], n[2], n[3], n[4], n[5], n[6]);
        Assert.True(Of(good).IsValid());
        for (var i = 0; i < good.Length; i++)
        {
            double[] With(double number) => [.. good.Select((n, j) => j == i ? number : n)];
            foreach (var broken in (double[])[-1e-300, -1, double.NaN, double.PositiveInfinity, double.NegativeInfinity]) Assert.False(Of(With(broken)).IsValid());
            Assert.True(Of(With(0)).IsValid());
            Assert.True(Of(With(double.MaxValue)).IsValid());
        }
    }

    /// <summary>λcap = 1 / (s + (σa² + σb²) / 2(d − s)), worked out by hand.</summary>
    [Theory]
    [InlineData(0.1, 1.1, 0, 0, 10)] // nothing varies: as many as follow each other
    [InlineData(0.1, 1.1, 0.1, 0.1, 5)] // 0.1 + 0.2 / 2
    [InlineData(0.1, 0.6, 0.1, 0.1, 3.3333333333333335)] // 0.1 + 0.2 / 1
    [InlineData(0.1, 0.6, 0.2, 0, 3.3333333333333335)] // only the sum of both counts
    [InlineData(0.2, 0.2, 0, 0, 0)] // the target is the service itself
    [InlineData(0.2, 0.1, 0, 0, 0)]
    public void Capacity_OfOneContainer_IsTheBound(double service, double target, double arrivals, double services, double capacity) =>
        Assert.Equal(capacity, new RequestProfile(1, 1, service, 1, target, arrivals, services).Capacity, 12);

    [Fact]
    public void Capacity_OfASlowerOrLessSteadyService_IsLess() =>
        Gen.Select(Gen.Double[0.001, 1], Gen.Double[0.001, 2], Gen.Double[0, 1], Gen.Double[0, 1], Gen.Double[0.001, 1]).Sample((service, slack, arrivals, services, more) =>
        {
            double Of(double s, double d, double a, double b) => new RequestProfile(1, 1, s, 1, d, a, b).Capacity;
            var capacity = Of(service, service + slack, arrivals, services);
            Assert.InRange(capacity, 0, 1 / service);
            Assert.True(Of(service, service + slack, arrivals + more, services) < capacity);
            Assert.True(Of(service, service + slack, arrivals, services + more) < capacity);
            Assert.True(Of(service, service + slack + more, arrivals, services) >= capacity);
            Assert.True(Of(service + more, service + more + slack, arrivals, services) < capacity);
        }, iter: 2000);

    /// <summary>Only the newest two hundred count, whatever was before them.</summary>
    [Fact]
    public void Moments_OfALongWindow_AreThoseOfItsEnd() => Gen.Select(Gen.Float[0, 100].Array[200, 230], Gen.Float[0, 100].Array[0, 60]).Sample((end, before) =>
        Assert.Equal(ProfileMoments.Of([.. end.TakeLast(200)]), ProfileMoments.Of([.. before, .. end])), iter: 1000);

    [Fact]
    public void Moments_OfAnyWindow_StayWithinItsSamples() => Gen.Float[0, 1000].Array[1, 210].Sample(window =>
    {
        var moments = ProfileMoments.Of(window);
        var newest = window.TakeLast(200).ToList();
        Assert.InRange(moments.Mean, newest.Min() - 1e-2, newest.Max() + 1e-2);
        Assert.Equal(newest.Max(), moments.Highest);
        // Two samples vary by half the square of their difference, more of them by less of it.
        var range = (double)newest.Max() - newest.Min();
        Assert.InRange(moments.Variance, 0, newest.Count == 1 ? 0 : range * range / 2 * 1.0001 + 1e-2);
    }, iter: 2000);

    /// <summary>In a unit that is a power of two all digits are the same; moved by a whole number they nearly are.</summary>
    [Fact]
    public void Moments_OfAnotherUnit_AreThoseInTheUnit() => Gen.Select(Gen.Int[0, 1000].Array[1, 60], Gen.Int[-6, 6], Gen.Int[0, 5000]).Sample((window, power, more) =>
    {
        var (moments, unit) = (ProfileMoments.Of([.. window.Select(w => (float)w)]), (float)Math.Pow(2, power));
        var scaled = ProfileMoments.Of([.. window.Select(w => w * unit)]);
        Assert.Equal((moments.Mean * unit, moments.Variance * unit * unit, moments.Highest * unit), (scaled.Mean, scaled.Variance, scaled.Highest));
        var moved = ProfileMoments.Of([.. window.Select(w => (float)(w + more))]);
        Assert.Equal(moments.Mean + more, moved.Mean, 1e-9);
        Assert.Equal((moments.Variance, moments.Highest + more), (moved.Variance, moved.Highest));
    }, iter: 2000);

    /// <summary>A step counts the more the newer it is: the same samples with the high ones later have the higher level.</summary>
    [Fact]
    public void Moments_OfARise_AreAboveThoseOfTheFall() => Gen.Float[0, 100].Array[2, 100].Sample(window =>
    {
        float[] rise = [.. window.Order()], fall = [.. window.OrderDescending()];
        Assert.True(ProfileMoments.Of(rise).Mean >= ProfileMoments.Of(fall).Mean - 1e-3);
        Assert.InRange(window.Average(), ProfileMoments.Of(fall).Mean - 1e-2, ProfileMoments.Of(rise).Mean + 1e-2);
    }, iter: 1000);
}
