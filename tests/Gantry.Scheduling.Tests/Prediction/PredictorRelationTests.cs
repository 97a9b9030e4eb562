using CsCheck;
using Gantry.Scheduling.Prediction;
using Gantry.Scheduling.Profiles;
using Gantry.Scheduling.Tests.Support;

namespace Gantry.Scheduling.Tests.Prediction;

/// <summary>What must hold between the predictions for two hosts, whatever runs there.</summary>
public sealed class PredictorRelationTests
{
    private const int Length = 40, DayParts = 6;

    private static readonly string[] _names = [.. PeakPredictors.All.Select(p => p.Name)];

    /// <summary>Windows and days of one length; some containers young, some without a profile.</summary>
    private static ContainerUsage[] Host(Draw d, bool grown = false) => d.Many(0, 6, _ =>
    {
        var (limit, level) = (d.Int(1, 1000), d.Once(4) ? 0.97 : d.Double(0.05, 0.6));
        float Sample() => (float)(limit * Math.Clamp(level + 0.1 * d.Normal(), 0, 1));
        if (!grown && d.Once(5)) return new ContainerUsage(limit, null);
        var length = !grown && d.Once(5) ? d.Int(0, PeakPredictors.WarmUp - 1) : Length;
        return new ContainerUsage(limit, new ProfileSnapshot(d.Many(length, length, _ => Sample())) { Daily = !grown && d.Once(4) ? [] : d.Many(DayParts, DayParts, _ => Sample()) });
    });

    private static double Peak(string name, params IReadOnlyList<ContainerUsage> containers) => PeakPredictors.Find(name)!.Peak(containers);

    private static void ForAll(Action<string, Draw> check, int iter = 1500) => Gen.ULong.Sample(seed =>
    {
        foreach (var name in _names) check(name, new Draw(seed));
    }, iter: iter);

    [Fact]
    public void Peak_OfContainersInAnyOrder_IsTheSame() => ForAll((name, d) =>
    {
        var host = Host(d);
        Near(Peak(name, host), Peak(name, d.Shuffled(host)));
    });

    /// <summary>Twice everything, and a power of two at that: twice the peak to the last digit.</summary>
    [Fact]
    public void Peak_InAnotherUnit_IsThatInTheUnit() => ForAll((name, d) =>
    {
        var host = Host(d);
        ContainerUsage Times(ContainerUsage u) =>
            new(8 * u.Limit, u.Profile is null ? null : new ProfileSnapshot([.. u.Profile.Window.Select(v => 8 * v)]) { Daily = [.. u.Profile.Daily.Select(v => 8 * v)] });
        Assert.Equal(8 * Peak(name, host), Peak(name, [.. host.Select(Times)]));
    });

    /// <summary>Rules that add up container by container.</summary>
    [Theory]
    [InlineData("limits")]
    [InlineData("borg-default")]
    [InlineData("percentile-sum")]
    public void Peak_OfTwoHostsInOne_IsTheSum(string name) => Gen.ULong.Sample(seed =>
    {
        var d = new Draw(seed);
        var (one, other) = (Host(d), Host(d));
        Near(Peak(name, one) + Peak(name, other), Peak(name, [.. one, .. other]));
    }, iter: 1500);

    /// <summary>Rules that see that peaks do not meet: together never more than apart, where limits do not cut a host's own peak off. Deviations add up at most
    /// (Minkowski), and so do the peaks of days.</summary>
    [Theory]
    [InlineData("n-sigma")]
    [InlineData("seasonal")]
    [InlineData("max")]
    public void Peak_OfTwoHostsInOne_IsNoMoreThanTheSum(string name) => Gen.ULong.Sample(seed =>
    {
        var d = new Draw(seed);
        var (one, other) = (Host(d), Host(d));
        if (IsCutOff(one) || IsCutOff(other)) return;
        Assert.True(Peak(name, [.. one, .. other]) <= (Peak(name, one) + Peak(name, other)) * (1 + 1e-9));

        bool IsCutOff(ContainerUsage[] host) => host.Length > 0 && Peak(name, host) >= host.Sum(c => (double)c.Limit) * (1 - 1e-9);
    }, iter: 1500);

    /// <summary>The same host twice peaks at the same times: twice as high.</summary>
    [Fact]
    public void Peak_OfAHostBesideItself_IsTwiceAsHigh() => ForAll((name, d) =>
    {
        var host = Host(d);
        Near(2 * Peak(name, host), Peak(name, [.. host, .. host]));
    });

    /// <summary>What nothing is known of counts with its limit on top, nine tenths of it by the rule that says so.</summary>
    [Fact]
    public void Peak_WithAYoungContainerMore_IsItsLimitMore() => ForAll((name, d) =>
    {
        var (host, limit) = (Host(d), d.Int(1, 1000));
        Near(Peak(name, host) + (name == "borg-default" ? 0.9 : 1) * limit, Peak(name, [.. host, new ContainerUsage(limit, null)]));
    });

    /// <summary>A container that uses nothing takes nothing, whatever it may use.</summary>
    [Theory]
    [InlineData("percentile-sum")]
    [InlineData("n-sigma")]
    [InlineData("max")]
    [InlineData("seasonal")]
    public void Peak_WithAnIdleContainerMore_IsTheSame(string name) => Gen.ULong.Sample(seed =>
    {
        var d = new Draw(seed);
        var host = Host(d, grown: true);
        var idle = new ContainerUsage(1000, new ProfileSnapshot(new float[Length]) { Daily = new float[DayParts] });
        // Where use was at its limits the idle one's limit is added to what they may reach together.
        var (before, after) = (Peak(name, host), Peak(name, [.. host, idle]));
        if (before >= host.Sum(c => (double)c.Limit) * (1 - 1e-9)) Assert.True(after >= before - 1e-9);
        else Near(before, after);
    }, iter: 1500);

    /// <summary>More use at every time is never a lower peak by rules that look at single samples, nor by the limit of all.</summary>
    [Theory]
    [InlineData("percentile-sum")]
    [InlineData("seasonal")]
    public void Peak_OfMoreUseAtEveryTime_IsNoLess(string name) => Gen.Select(Gen.ULong, Gen.Float[1, 3]).Sample((seed, factor) =>
    {
        var host = Host(new Draw(seed));
        ContainerUsage More(ContainerUsage u) => u with { Profile = u.Profile is null ? null : new ProfileSnapshot([.. u.Profile.Window.Select(v => factor * v)]) { Daily = [.. u.Profile.Daily.Select(v => factor * v)] } };
        Assert.True(Peak(name, [.. host.Select(More)]) >= Peak(name, host) * (1 - 1e-6));
    }, iter: 1500);

    /// <summary>The sum of means is below any peak that is foreseen, when nothing is young; and the careful one is the higher of its two.</summary>
    [Fact]
    public void Peak_ByAnyRule_IsWithinWhatItsNameSays() => Gen.ULong.Sample(seed =>
    {
        var host = Host(new Draw(seed), grown: true);
        var (mean, limits) = (host.Sum(c => (double)c.Profile!.Window.Average()), host.Sum(c => (double)c.Limit));
        Assert.InRange(Peak("n-sigma", host), mean * (1 - 1e-6), limits + 1e-6);
        Assert.InRange(Peak("percentile-sum", host), 0, host.Sum(c => (double)c.Profile!.Window.Max()) + 1e-6);
        Assert.Equal(Math.Max(Peak("n-sigma", host), Peak("percentile-sum", host)), Peak("max", host));
        Assert.InRange(Peak("seasonal", host), host.Length == 0 ? 0 : Enumerable.Range(0, DayParts).Max(t => host.Sum(c => (double)c.Profile!.Daily[t])) * 0.9999, limits + 1e-6);
    }, iter: 1500);

    /// <summary>Nothing runs: nothing is foreseen.</summary>
    [Fact]
    public void Peak_OfAnEmptyHost_IsNothing() => Assert.All(_names, name => Assert.Equal(0, Peak(name, [])));

    /// <summary>Names are found as they are written and in no other way.</summary>
    [Fact]
    public void Find_ByName_IsExact()
    {
        Assert.Equal(["limits", "borg-default", "percentile-sum", "n-sigma", "max", "seasonal"], _names);
        Assert.All(_names, name => Assert.Same(PeakPredictors.All.Single(p => p.Name == name), PeakPredictors.Find(name)));
        Assert.All((string[])["", "Limits", "limits ", "n sigma"], name => Assert.Null(PeakPredictors.Find(name)));
    }

    /// <summary>Days of two lengths can't be summed: the first one counts, a container with another counts with its limit.</summary>
    [Theory]
    [InlineData(4, 4, 110)] // (60 + 40) · 1.1
    [InlineData(4, 2, 266)] // 60 · 1.1 + 200
    [InlineData(4, 0, 266)]
    [InlineData(0, 4, 144)] // 100 + 40 · 1.1
    [InlineData(0, 0, 300)]
    public void Seasonal_DaysOfTwoLengths_CountTheFirst(int first, int second, double peak)
    {
        ContainerUsage With(long limit, int parts, float use) => new(limit, new ProfileSnapshot([]) { Daily = [.. Enumerable.Repeat(use, parts)] });
        Assert.Equal(peak, Peak("seasonal", [With(100, first, 60), With(200, second, 40)]), 4);
    }

    private static void Near(double expected, double actual) => Assert.Equal(expected, actual, 1e-6 * (1 + Math.Abs(expected)));
}
