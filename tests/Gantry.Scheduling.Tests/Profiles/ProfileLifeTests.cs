using CsCheck;
using Gantry.Scheduling.Profiles;
using Gantry.Scheduling.Tests.Support;

namespace Gantry.Scheduling.Tests.Profiles;

/// <summary>A profile over its life: what it told stays told, gaps of any length, days that change, and a histogram that counts the window and nothing else.</summary>
public sealed class ProfileLifeTests
{
    private const int Day = 86_400, Part = 900;

    /// <summary>What was told is a copy: later samples do not reach into it.</summary>
    [Fact]
    public void Snapshot_TakenEarlier_IsNotChangedByLaterSamples() => Gen.ULong.Sample(seed =>
    {
        var d = new Draw(seed);
        var profile = new ProfileState(1000, Part);
        var time = 0L;
        void Add(int samples)
        {
            for (var i = 0; i < samples; i++) profile.Add(time += Part, d.Double(0, 1000));
        }

        Add(d.Int(1, 260));
        var told = profile.ToSnapshot();
        float[] window = [.. told.Window], daily = [.. told.Daily];
        Assert.Equal(window, profile.ToSnapshot().Window);
        Add(d.Int(1, 260));
        Assert.Equal(window, told.Window);
        Assert.Equal(daily, told.Daily);
    }, iter: 500);

    /// <summary>At any time, for any share: the upper end of the bucket of 2 % in which the exact percentile of the window is.</summary>
    [Fact]
    public void Percentile_AfterAnySamples_IsTheBucketOfTheExactOne() => Gen.ULong.Sample(seed =>
    {
        var d = new Draw(seed);
        var (profile, time) = (new ProfileState(1000), 0L);
        for (var i = d.Int(1, 450); i > 0; i--)
        {
            profile.Add(time += d.Once(20) ? d.Int(15, 400) : 10, d.Once(10) ? d.Double(0, 3000) : d.Int(0, 60) * 20);
            if (!d.Once(15)) continue;
            var (window, share) = (profile.ToSnapshot().Window, d.Double(0, 1));
            var exact = PlainPredictors.Percentile(window, share);
            // The last bucket takes all from 63 · 2 % on.
            if (exact >= 1260) Assert.Equal(window.Max(), profile.Percentile(share));
            else Assert.Equal((Math.Floor((float)exact / 20f) + 1) * 20, profile.Percentile(share), 1e-2);
        }
    }, iter: 500);

    /// <summary>So many samples late, to the nearest: each that was missed repeats the last, and of a gap of years as many as the window holds.</summary>
    [Theory]
    [InlineData(10, 0)]
    [InlineData(14, 0)]
    [InlineData(15, 1)]
    [InlineData(24, 1)]
    [InlineData(25, 2)]
    [InlineData(1, 0)]
    [InlineData(2000, 199)]
    [InlineData(1999, 199)]
    [InlineData(1980, 197)]
    [InlineData(100_000_000_000, 199)]
    public void Gap_OfSeconds_RepeatsTheLastSoOften(long gap, int repeated)
    {
        var profile = new ProfileState(1000);
        profile.Add(1_000_000, 7);
        profile.Add(1_000_000 + gap, 9);
        var window = profile.ToSnapshot().Window;
        Assert.Equal(9f, window[^1]);
        Assert.Equal(Math.Min(199, repeated + 1), window.Count(v => v == 7f));
        Assert.Equal(window.Count, profile.Count);
    }

    /// <summary>An interval of another length counts gaps by itself.</summary>
    [Theory]
    [InlineData(1, 5, 4)]
    [InlineData(60, 90, 1)]
    [InlineData(60, 89, 0)]
    [InlineData(300, 3000, 9)]
    [InlineData(7, 24, 2)] // 3.4 intervals: two were missed
    public void Gap_AtAnotherInterval_CountsItsIntervals(int interval, long gap, int repeated)
    {
        var profile = new ProfileState(1000, interval);
        profile.Add(0, 7);
        profile.Add(gap, 9);
        Assert.Equal(repeated + 2, profile.Count);
    }

    /// <summary>A peak of a part of the day: at once when it is higher, a tenth of the way down each day when it is lower; half is left of a step in about seven.</summary>
    [Fact]
    public void Daily_AfterAStepDown_FallsByATenthADay()
    {
        var profile = new ProfileState(1000, Part);
        void Whole(int day, double use)
        {
            for (var part = 0; part < 96; part++) profile.Add((long)day * Day + part * Part, use);
        }

        Whole(0, 800);
        Whole(1, 800);
        for (var day = 2; day < 9; day++) Whole(day, 0);
        // The last part of the last day has not ended yet: a part is counted when the next one begins.
        var daily = profile.ToSnapshot().Daily;
        Assert.Equal(800 * Math.Pow(0.9, 7), daily[0], 1e-2);
        Assert.Equal(800 * Math.Pow(0.9, 6), daily[95], 1e-2);
        Whole(9, 900);
        Assert.Equal(900f, profile.ToSnapshot().Daily[0]);
    }

    /// <summary>Of a part of the day the highest sample counts, whenever within it, and the parts begin at midnight UTC.</summary>
    [Theory]
    [InlineData(0, 0)]
    [InlineData(899, 0)]
    [InlineData(900, 1)]
    [InlineData(43_200, 48)]
    [InlineData(86_399, 95)]
    [InlineData(86_400, 0)]
    public void Daily_HighestSample_IsInThePartOfItsTime(long second, int part)
    {
        var profile = new ProfileState(1000, 1);
        for (var t = -Day; t < 2L * Day; t += 100)
        {
            profile.Add(t, 10);
            if (t <= second && second < t + 100) profile.Add(Math.Max(t + 1, second), 500);
        }

        var daily = profile.ToSnapshot().Daily;
        Assert.Equal(96, daily.Count);
        // The day after it took a tenth away, where there was one.
        Assert.InRange(daily[part], 400, 500);
        Assert.All(Enumerable.Range(0, 96).Where(p => p != part), p => Assert.Equal(10f, daily[p]));
    }

    /// <summary>Only a whole day is one: a part that nobody saw is not taken for an idle one.</summary>
    [Theory]
    [InlineData(95, false)]
    [InlineData(96, false)] // the last part has begun and has not ended
    [InlineData(97, true)]
    public void Daily_OfSoManyParts_IsToldWhenAllHaveEnded(int parts, bool told)
    {
        var profile = new ProfileState(1000, Part);
        for (var part = 0; part < parts; part++) profile.Add((40 + part) * Part, 5);
        Assert.Equal(told ? 96 : 0, profile.ToSnapshot().Daily.Count);
    }

    /// <summary>What was refused leaves no trace in window, histogram, day or clock.</summary>
    [Fact]
    public void Sample_Refused_LeavesNoTrace() => Gen.ULong.Sample(seed =>
    {
        var d = new Draw(seed);
        var (clean, dirty, time) = (new ProfileState(1000, 300), new ProfileState(1000, 300), 1000L);
        for (var i = 0; i < 330; i++)
        {
            time += 300;
            var value = d.Double(0, 2000);
            Assert.Equal(SampleResult.Added, clean.Add(time, value));
            if (d.Once(3)) Assert.Equal(SampleResult.NotANumber, dirty.Add(time + 1, d.Pick(double.NaN, -1, double.PositiveInfinity, double.NegativeInfinity, 1e300)));
            Assert.Equal(SampleResult.Added, dirty.Add(time, value));
            if (d.Once(3)) Assert.Equal(SampleResult.ClockWentBack, dirty.Add(time - d.Int(0, 5000), 1999));
        }

        var (expected, actual) = (clean.ToSnapshot(), dirty.ToSnapshot());
        Assert.Equal(expected.Window, actual.Window);
        Assert.Equal(expected.Daily, actual.Daily);
        foreach (var share in (double[])[0, 0.5, 0.95, 1]) Assert.Equal(clean.Percentile(share), dirty.Percentile(share));
    }, iter: 200);
}
