using CsCheck;
using Gantry.Scheduling.Profiles;
using Gantry.Scheduling.Tests.Support;

namespace Gantry.Scheduling.Tests.Profiles;

/// <summary>The profile that keeps 2 KB against one that keeps everything.</summary>
public sealed class PlainProfileTests
{
    /// <summary>Gaps from none to a window and more, clocks that go back, NaN, infinity and negative numbers, bursts of ten times the limit.</summary>
    [Fact]
    public void Profile_OfAnySeries_KeepsWhatThePlainOneKeeps() => Gen.ULong.Sample(seed =>
    {
        var d = new Draw(seed);
        var interval = d.Pick(1, 10, 60, 300);
        var (profile, plain) = (new ProfileState(100, interval), new PlainProfile(interval));
        long time = d.Int(0, 200_000);
        for (var i = 0; i < 120; i++)
        {
            time += d.Pick(interval, interval, interval, interval / 2 + 1, 2 * interval, interval + interval / 2, d.Int(0, 300 * interval), -d.Int(0, 100));
            var value = d.Pick(d.Double(0, 100), d.Double(0, 100), d.Double(0, 100), 0, 1000, double.NaN, double.PositiveInfinity, -1);
            Assert.Equal(plain.Add(time, value), profile.Add(time, value));
        }

        var snapshot = profile.ToSnapshot();
        Assert.Equal(plain.Samples, snapshot.Window);
        Assert.Equal(plain.Samples.Count, profile.Count);
        Assert.True(snapshot.IsValid());
        foreach (var share in new[] { 0, 0.01, 0.5, 0.9, 0.95, 1 })
        {
            var exact = PlainPredictors.Percentile(plain.Samples, share);
            Assert.Equal(exact, snapshot.Percentile(share));
            // The histogram's bucket is 2 % of the limit; what is beyond 126 % of it is told as the highest of all.
            Assert.InRange(profile.Percentile(share), exact, exact < 126 ? exact + 2.0001 : plain.Samples.Max());
        }
    }, iter: 1000);

    /// <summary>Four days of samples with days that differ, and hours in which nothing came.</summary>
    [Fact]
    public void Daily_OfAnyDays_IsTheUsualPeakOfEachPart() => Gen.ULong.Sample(seed =>
    {
        var d = new Draw(seed);
        var (profile, plain) = (new ProfileState(100, 300), new PlainProfile(300));
        for (long time = d.Int(0, 86_400); time < 4 * 86_400; time += d.Once(60) ? d.Int(1, 40) * 900 : 300)
        {
            var value = 50 + 40 * Math.Sin(time / 13_750.0) + d.Double(0, 10);
            profile.Add(time, value);
            plain.Add(time, value);
        }

        Assert.Equal(plain.Daily, profile.ToSnapshot().Daily);
    }, iter: 100);

    [Fact]
    public void Daily_DayThatWasNotSeen_IsNotTakenForIdle()
    {
        // Busy for an hour, nobody measured for a day, busy again: that is no usual day with 23 idle hours.
        var profile = new ProfileState(100, 300);
        foreach (var time in new long[] { 0, 300, 600, 900, 90_000, 90_300 }) profile.Add(time, 80);
        Assert.Empty(profile.ToSnapshot().Daily);
    }

    [Fact]
    public void Clock_BeforeItsEpoch_IsNoCrash()
    {
        var profile = new ProfileState(100);
        for (long time = -200_000; time < 200_000; time += 450) profile.Add(time, 5);
        Assert.Equal(ProfileState.WindowSize, profile.Count);
        Assert.All(profile.ToSnapshot().Daily, part => Assert.Equal(5, part));
    }

    /// <summary>What a snapshot may look at is left behind now and then, instead of a copy with each snapshot.</summary>
    [Fact]
    public void Sample_Taken_LeavesFewBytesBehind()
    {
        var profile = new ProfileState(100);
        for (var i = 0; i < 1000; i++) profile.Add(i * 10, i % 90);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 1000; i < 11_000; i++) profile.Add(i * 10, i % 90);
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 10_000, 0, 28);
    }

    [Fact]
    public void Snapshot_Taken_CopiesNoSamples()
    {
        var profile = new ProfileState(100, 900);
        for (var i = 0; i < 1000; i++) profile.Add(i * 900, i % 90);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var told = profile.ToSnapshot();
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, 128);
        Assert.Equal((ProfileState.WindowSize, ProfileState.DayParts), (told.Window.Count, told.Daily.Count));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-10)]
    public void Interval_ThatIsNone_IsAnError(int interval) => Assert.Throws<ArgumentOutOfRangeException>(() => new ProfileState(100, interval));

    /// <summary>A limit of 0 (nothing is promised) or beyond what a histogram can scale by is no division by zero.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1L << 50)]
    public void Limit_OfAnySize_KeepsThePercentileAnUpperBound(long limit)
    {
        var profile = new ProfileState(limit);
        foreach (var i in Enumerable.Range(1, 100)) profile.Add(i * 10, i);
        Assert.InRange(profile.Percentile(0.5), 50, Math.Max(100, 0.02 * limit + 50));
        Assert.InRange(profile.Percentile(1), 100, Math.Max(100, 0.02 * limit + 100));
    }
}
