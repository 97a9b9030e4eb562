using Gantry.Scheduling.Hotspots;
using Gantry.Scheduling.Model;
using Gantry.Scheduling.Profiles;
using static Gantry.Scheduling.Tests.Clusters;

namespace Gantry.Scheduling.Tests.Hotspots;

/// <summary>What is expected of one host, from the formulas: means and variances add, and the risk is E[max(0, u − threshold)] over the capacity.</summary>
public sealed class HostLoadTests
{
    /// <summary>φ(0) = 1 / √(2π): the expected excess, in deviations, of a load whose mean is at the bound.</summary>
    private const double AtTheBound = 0.3989422804;

    private static readonly int[] _both = [0, 1];

    private static ContainerSnapshot Using(string id, params float[] cpu) => Container(id, id, "h1", 4000, 0) with { Profiles = [new ProfileSnapshot(cpu), new ProfileSnapshot([0])] };

    private static ContainerLoad Load(ContainerSnapshot container) => new(container, _both, 1);

    private static HostLoad Host4000(params ContainerLoad[] there)
    {
        var host = new HostLoad(Of(Host("h1")), Host("h1"), _both, 0);
        foreach (var container in there) host.Add(container);
        host.Update();
        return host;
    }

    /// <summary>Of a load without a variance the threshold itself is unsure by half the hysteresis: 0.025 of the capacity.</summary>
    [Theory]
    [InlineData(3000, 0.025 * AtTheBound)] // at 0.75 of 4000
    [InlineData(3600, 0.15)] // six deviations above: the mean less the bound
    [InlineData(2400, 0)] // six below
    [InlineData(0, 0)]
    public void Risk_OfASteadyLoad_IsItsExcessOverTheThreshold(float cpu, double risk) => Assert.Equal(risk, Host4000(Load(Using("a", cpu))).Risk, 7);

    /// <summary>Tails count one and a half times: √(1.5² · variance + 100²) about the mean.</summary>
    [Fact]
    public void Risk_OfALoadThatVaries_GrowsWithTheSumOfVariances()
    {
        var (a, b) = (Load(Using("a", 1000, 1400, 1200, 1600)), Load(Using("b", 1500, 1900, 1300, 1700)));
        var deviation = Math.Sqrt(1.5 * 1.5 * (a.Variance(0) + b.Variance(0)) + 100 * 100);
        Assert.True(a.Variance(0) > 0 && b.Variance(0) > 0);
        var host = Host4000(a, b);
        Assert.Equal(ExpectedExcess.Of(a.Mean(0) + b.Mean(0), deviation, 3000) / 4000, host.Risk, 12);
        Assert.Equal((a.Mean(0) + b.Mean(0) + Math.Sqrt(a.Variance(0) + b.Variance(0))) / 4000, host.Fullness, 12);
    }

    /// <summary>Over all resources the risks add up; the fullest one counts for how full a host is.</summary>
    [Fact]
    public void Risk_OfTwoResources_IsTheirSum()
    {
        var memory = Container("m", "m", "h1", 4000, 4096) with { Profiles = [new ProfileSnapshot([3000]), new ProfileSnapshot([3072f * MB])] };
        var host = Host4000(Load(memory));
        Assert.Equal(2 * 0.025 * AtTheBound, host.Risk, 7);
        Assert.Equal(0.75, host.Fullness, 7);
    }

    /// <summary>A host that lacks a resource is at no risk by it, whatever is said to be used of it.</summary>
    [Fact]
    public void Risk_OfAResourceThatIsNotThere_IsNone()
    {
        var bare = new HostSnapshot("h1", [4000, 0]);
        var host = new HostLoad(Of(bare), bare, _both, 0);
        host.Add(Load(Container("m", "m", "h1") with { Profiles = [new ProfileSnapshot([400]), new ProfileSnapshot([5])] }));
        host.Update();
        Assert.Equal((0, 0.1, false), (host.Risk, Math.Round(host.Fullness, 9), host.IsHot(1)));
    }

    /// <summary>Asked before it is done, and done: with one more, with one less, with one for another.</summary>
    [Fact]
    public void RiskAfter_AnyChange_IsTheRiskOfTheChangedHost()
    {
        ContainerLoad a = Load(Using("a", 1800, 1600, 1900)), b = Load(Using("b", 1200, 1300, 1000)), c = Load(Using("c", 1500, 1700, 1100));
        var host = Host4000(a, b);
        Assert.Equal(Host4000(a, b, c).Risk, host.RiskAfter(c, null), 12);
        Assert.Equal(Host4000(a).Risk, host.RiskAfter(null, b), 12);
        Assert.Equal(Host4000(a, c).Risk, host.RiskAfter(c, b), 12);
        host.Remove(b);
        host.Add(c);
        host.Update();
        Assert.Equal([a, c], host.Containers);
        Assert.Equal(Host4000(a, c).Risk, host.Risk, 12);
    }

    /// <summary>2000 of 4000 are used, 800 more reach 0.75 less the hysteresis of 0.05. What lessens the load is taken by the fullest host.</summary>
    [Theory]
    [InlineData(800, 0, true)]
    [InlineData(801, 0, false)]
    [InlineData(1801, 1000, false)]
    [InlineData(1800, 1000, true)]
    public void Takes_UpToTheThresholdLessHysteresis_AndNoMore(float joins, float leaves, bool takes) =>
        Assert.Equal(takes, Host4000(Load(Using("a", 1000)), Load(Using("b", 1000))).Takes(Load(Using("c", joins)), leaves == 0 ? null : Load(Using("b", leaves))));

    [Fact]
    public void Takes_LessForMore_WhateverTheHostHolds() =>
        Assert.True(Host4000(Load(Using("a", 3900))).Takes(Load(Using("c", 1000)), Load(Using("a", 1000))));

    /// <summary>Measured counts as its level, unmeasured as its limit, and neither has a variance that nobody saw.</summary>
    [Fact]
    public void Expected_OfAContainer_IsItsLevelElseItsLimit()
    {
        Assert.Equal((700, 0), (Load(Using("a", 700)).Mean(0), Load(Using("a", 700)).Variance(0)));
        Assert.Equal((4000, 0), (Load(Using("a")).Mean(0), Load(Using("a")).Variance(0)));
        Assert.Equal((500, 512.0 * MB), (Load(Container("c", "a", "h1")).Mean(0), Load(Container("c", "a", "h1")).Mean(1)));
    }

    /// <summary>What hides its need counts for more than was measured (limit 4000): pinned at the limit, waiting for memory, late with its responses.</summary>
    [Fact]
    public void Expected_OfAContainerThatWantsMore_IsScaledByItsPeak()
    {
        Assert.Equal(4400, Load(Using("pinned", 4000)).Mean(0), 6);
        var waiting = Using("waiting", 1000) with { Profiles = [new ProfileSnapshot([1000]) { Pressure = 0.2 }, null] };
        Assert.Equal(4400, Load(waiting).Mean(0), 6); // taken to want the limit and a tenth
        // s = 10 ms, d = 110 ms, variances 0.002: 50 a second are answered in time, 80 come.
        var late = Using("late", 1000) with { Requests = new RequestProfile(30, 80, 0.01, 0.2, 0.11, 0.001, 0.001) };
        Assert.Equal(1600, Load(late).Mean(0), 4);
        Assert.Equal(1000, Load(late with { Requests = late.Requests! with { ResponseSeconds = 0.1 } }).Mean(0), 6);
        Assert.Equal(0, Load(Using("idle", 0) with { Limits = [0, 0] }).Mean(0));
    }

    /// <summary>On a hot host the last three samples count where they are above the level, and nowhere else.</summary>
    [Theory]
    [InlineData(new float[] { 100, 100, 100, 1000, 1000, 1000 }, 1000)]
    [InlineData(new float[] { 1000, 1000, 1000, 100, 100, 100 }, -1)]
    [InlineData(new float[] { 600 }, 600)]
    [InlineData(new float[0], -1)]
    public void Latest_OfARisenLoad_IsItsMean(float[] samples, double mean)
    {
        var (load, before) = (Load(Using("a", samples)), Load(Using("a", samples)).Mean(0));
        load.RaiseToLatest(0, 0, 3);
        Assert.Equal(mean < 0 ? before : mean, load.Mean(0), 6);
    }

    [Fact]
    public void Latest_OnAHost_ChangesItsSumsToo()
    {
        var host = Host4000(Load(Using("a", 100, 100, 100, 1000, 1000, 1000)), Load(Using("b", 500)));
        Assert.True(host.Mean(0) < 1500);
        host.RaiseToLatest(0);
        Assert.Equal(1500, host.Mean(0), 6);
    }
}
