using CsCheck;
using Gantry.Scheduling.Hotspots;
using Gantry.Scheduling.Model;
using Gantry.Scheduling.Profiles;
using Gantry.Scheduling.Tests.Support;
using static Gantry.Scheduling.Tests.Clusters;

namespace Gantry.Scheduling.Tests.Hotspots;

/// <summary>The small formulas of hotspots: peaks, costs, excess, queues.</summary>
public sealed class EstimateTests
{
    /// <summary>A container with a limit of 1000 at these uses, in per mille, and the share of time its memory is waited for.</summary>
    [Theory]
    [InlineData(500, 0, 500)]
    [InlineData(979, 0, 979)]
    [InlineData(980, 0, 1100)] // pinned: the limit and a tenth more
    [InlineData(1000, 0, 1100)]
    [InlineData(1200, 0, 1320)] // above it: a tenth more than that
    [InlineData(500, 0.1, 500)]
    [InlineData(500, 0.11, 1100)] // waiting for memory hides the need as well
    public void Peak_BlackBox_IsThe95thOrMoreWhereNeedIsHidden(float use, double pressure, double peak) =>
        Assert.Equal(peak, PeakEstimate.Of(Container("c", "a", "h", 1000) with { Profiles = [new ProfileSnapshot([.. Enumerable.Repeat(use, 40)]) { Pressure = pressure }, null] }, 0), 6);

    /// <summary>95 samples of 100 at 400 and five at 900: the 95th percentile does not see them, six of them it does.</summary>
    [Theory]
    [InlineData(5, 400)]
    [InlineData(6, 900)]
    public void Peak_RareBursts_CountFromTheSixthOfAHundred(int bursts, double peak) =>
        Assert.Equal(peak, PeakEstimate.Of(Container("c", "a", "h", 1000) with { Profiles = [new ProfileSnapshot([.. Enumerable.Repeat(400f, 100 - bursts), .. Enumerable.Repeat(900f, bursts)]), null] }, 0), 6);

    /// <summary>s = 10 ms, d = 110 ms, variances 2·10⁻³ together: capacity 1 / (0.01 + 0.002 / 0.2) = 50 a second. It uses 500 now.</summary>
    [Theory]
    [InlineData(0.2, 80, 0, 800)] // misses its target: 500 · 80 / 50
    [InlineData(0.2, 40, 0, 500)] // it would ask for less than is used already
    [InlineData(0.11, 80, 0, 500)] // keeps its target
    [InlineData(0.2, 80, 1, 500)] // of memory the router knows nothing
    public void Peak_GrayBox_ScalesByArrivalsOverCapacity(double response, double arrivals, int resource, double peak)
    {
        ProfileSnapshot flat = new([.. Enumerable.Repeat(500f, 40)]);
        var container = new ContainerSnapshot("c", "a", "h", [1000, 1000])
        {
            Profiles = [flat, flat],
            Requests = new RequestProfile(30, arrivals, 0.01, response, 0.11, 0.001, 0.001),
        };
        Assert.Equal(50, container.Requests.Capacity, 9);
        Assert.Equal(peak, PeakEstimate.Of(container, resource), 4);
    }

    [Theory]
    [InlineData(0.11, 0.11)]
    [InlineData(0.2, 0.11)]
    public void Capacity_TargetThatOneRequestMisses_IsNone(double service, double target) =>
        Assert.Equal(0, new RequestProfile(1, 1, service, 1, target, 0.1, 0.1).Capacity);

    /// <summary>1 + MB to warm (what is used last, else the limit) + 256 for an image that is not there + 10 a second to boot + connections.</summary>
    [Theory]
    [InlineData(0f, "", 0, 0, 1 + 512)]
    [InlineData(100f, "", 0, 0, 1 + 100)]
    [InlineData(100f, "there", 0, 0, 1 + 100)]
    [InlineData(100f, "elsewhere", 0, 0, 1 + 100 + 256)]
    [InlineData(100f, "", 2.5, 0, 1 + 100 + 25)]
    [InlineData(100f, "elsewhere", 2.5, 40, 1 + 100 + 256 + 25 + 40)]
    public void Cost_OfAMove_AddsUp(float usedMB, string image, double boot, int connections, double cost)
    {
        var container = Container("c", "a", "h", 500, 512) with
        {
            Image = image,
            BootSeconds = boot,
            Connections = connections,
            Profiles = usedMB == 0 ? [] : [null, new ProfileSnapshot([9 * MB, usedMB * MB])],
        };
        Assert.Equal(cost, Sandpiper.MoveCost(container, 1) + Sandpiper.PullCost(container, Host("h2") with { Images = ["there"] }), 6);
    }

    /// <summary>Fewer than none is no number of connections: it must not make a container the cheapest of all.</summary>
    [Theory]
    [InlineData(-1)]
    [InlineData(-100_000)]
    [InlineData(int.MinValue)]
    public void Cost_OfConnectionsThatCantBe_IsThatOfNone(int connections) => Assert.Equal(
        Sandpiper.MoveCost(Container("c", "a", "h"), 1), Sandpiper.MoveCost(Container("c", "a", "h") with { Connections = connections }, 1));

    [Fact]
    public void Cost_WhereMemoryIsNotCounted_HasNothingToWarm() =>
        Assert.Equal(1 + 10, Sandpiper.MoveCost(Container("c", "a", "h") with { BootSeconds = 1, Image = "i" }, -1), 9);

    /// <summary>Memory may be any resource of the snapshot, the first one too.</summary>
    [Fact]
    public void Cost_WhereMemoryIsTheFirstResource_WarmsIt() =>
        Assert.Equal(1 + 512 + 10, Sandpiper.MoveCost(new ContainerSnapshot("c", "a", "h", [512 * MB, 1]) { BootSeconds = 1 }, 0), 9);

    /// <summary>E[max(0, u − bound)] by Simpson's rule over the density, out to eight deviations.</summary>
    [Fact]
    public void Excess_OfANormalLoad_IsTheIntegral() => Gen.Select(Gen.Double[-200, 200], Gen.Double[0.1, 80], Gen.Double[-50, 150]).Sample((mean, deviation, bound) =>
    {
        const int Parts = 2000;
        var (from, to) = (Math.Max(bound, mean - 8 * deviation), mean + 8 * deviation);
        double sum = 0;
        for (var i = 0; i <= Parts && from < to; i++)
        {
            var u = from + (to - from) * i / Parts;
            var z = (u - mean) / deviation;
            sum += (i == 0 || i == Parts ? 1 : i % 2 == 1 ? 4 : 2) * (u - bound) * Math.Exp(-z * z / 2) / (deviation * Math.Sqrt(2 * Math.PI));
        }

        Assert.Equal(from < to ? sum * (to - from) / Parts / 3 : 0, ExpectedExcess.Of(mean, deviation, bound), 1e-5 * deviation + 1e-6);
    }, iter: 2000);

    /// <summary>Against 200,000 draws.</summary>
    [Theory]
    [InlineData(80, 20, 100)]
    [InlineData(120, 20, 100)]
    [InlineData(100, 5, 100)]
    public void Excess_OfANormalLoad_IsTheMeanOfManyDraws(double mean, double deviation, double bound)
    {
        var d = new Draw(9);
        var drawn = Enumerable.Range(0, 200_000).Average(_ => Math.Max(0, mean + deviation * d.Normal() - bound));
        Assert.Equal(drawn, ExpectedExcess.Of(mean, deviation, bound), 0.01 * deviation);
    }

    /// <summary>q̂ = Σ qᵢ · (weight of its interval): e^(−age of its end / T) − e^(−age of its beginning / T).</summary>
    [Fact]
    public void Queue_OfAnySamples_WeighsEachByItsAge() => Gen.Select(Gen.Double[0.5, 60], Gen.Select(Gen.Double[0.01, 20], Gen.Double[0, 30]).Array[1, 20]).Sample((constant, samples) =>
    {
        var queue = new SmoothedQueue(constant);
        foreach (var (elapsed, runnable) in samples) queue.Add(elapsed, runnable);
        double age = 0, expected = 0;
        foreach (var (elapsed, runnable) in samples.Reverse())
        {
            expected += runnable * (Math.Exp(-age / constant) - Math.Exp(-(age + elapsed) / constant));
            age += elapsed;
        }

        Assert.Equal(expected, queue.Value, 1e-9 * (1 + expected));
    }, iter: 10_000);

    [Theory]
    [InlineData(double.NaN, 5)]
    [InlineData(0, 5)]
    [InlineData(-1, 5)]
    [InlineData(1, double.NaN)]
    [InlineData(1, double.PositiveInfinity)]
    [InlineData(1, -2)]
    public void Queue_SampleThatCantBe_ChangesNothing(double elapsed, double runnable)
    {
        var queue = new SmoothedQueue();
        queue.Add(4, 3);
        var before = queue.Value;
        Assert.Equal(3 * (1 - 1 / Math.E), before, 9); // four seconds are its time constant
        queue.Add(elapsed, runnable);
        Assert.Equal(before, queue.Value);
    }

    /// <summary>Measured as what can't be: it counts as nothing, and neither a plan nor its record breaks.</summary>
    [Theory]
    [InlineData(double.NaN)]
    [InlineData(-5)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.MaxValue)]
    [InlineData(86_401)]
    public void BootTime_ThatCantBe_CountsAsNoneWhenAHostIsRelieved(double boot)
    {
        var snapshot = Of(Host("h1"), Host("h2")) with
        {
            Containers = [.. Enumerable.Range(0, 4).Select(i => Container($"c{i}", $"a{i}", "h1", 1000, 64) with { BootSeconds = boot, Profiles = [new ProfileSnapshot([.. Enumerable.Repeat(900f, 40)]), null] })],
            Policy = new ClusterPolicy { Overcommit = [new("", "cpu", 4)] },
        };
        var plan = Sandpiper.Plan(snapshot).Value;
        Assert.Equal(0, Assert.Single(plan.Waves).EstimatedSeconds);
        Assert.NotEmpty(SnapshotSerializer.Write(plan));
    }
}
