using CsCheck;
using Gantry.Scheduling.Prediction;
using Gantry.Scheduling.Profiles;
using Gantry.Scheduling.Tests.Support;

namespace Gantry.Scheduling.Tests.Prediction;

/// <summary>Each predictor against its formula over whole lists, on series as agents send them.</summary>
public sealed class PlainPredictorTests
{
    [Fact]
    public void Peak_OfAnyHost_IsTheFormulas() => Draw.Cases(Host).Sample(containers =>
    {
        foreach (var predictor in PeakPredictors.All)
        {
            var expected = PlainPredictors.Peak(predictor.Name, containers);
            Assert.Equal(expected, predictor.Peak(containers), 1e-6 * (1 + expected));
        }
    }, iter: 4000);

    /// <summary>The same from samples with gaps, NaN and clocks that go back, taken in by the state that agents' samples go to.</summary>
    [Fact]
    public void Peak_OfSeriesWithGaps_IsTheFormulasOverWhatWasMeasured() => Gen.ULong.Sample(seed =>
    {
        var d = new Draw(seed);
        var (kept, plain) = (new List<ContainerUsage>(), new List<ContainerUsage>());
        for (var c = 0; c < 3; c++)
        {
            var (state, all) = (new ProfileState(1000, 300), new PlainProfile(300));
            long time = 0;
            for (var i = 0; i < 60; i++)
            {
                time += d.Pick(300, 300, 300, 1500, -900);
                var value = d.Pick(d.Double(0, 1000), d.Double(0, 1000), double.NaN);
                state.Add(time, value);
                all.Add(time, value);
            }

            kept.Add(new ContainerUsage(1000, state.ToSnapshot()));
            plain.Add(new ContainerUsage(1000, new ProfileSnapshot(all.Samples) { Daily = all.Daily }));
        }

        foreach (var predictor in PeakPredictors.All) Assert.Equal(PlainPredictors.Peak(predictor.Name, plain), predictor.Peak(kept), 1e-3);
    }, iter: 500);

    /// <summary>What the paper found, on peaks that do not meet: both are below the limits, and N-sigma below the percentile sum.</summary>
    [Fact]
    public void Peaks_ThatDoNotMeet_AreSeenBySigmaOnly()
    {
        // Ten of 100, each at 80 in its own tenth of the time and at 10 else: 170 together at every moment.
        ContainerUsage[] turns = [.. Enumerable.Range(0, 10).Select(c => new ContainerUsage(100, new ProfileSnapshot([.. Enumerable.Range(0, 100).Select(t => t / 10 == c ? 80f : 10f)])))];
        Assert.Equal(170, PeakPredictors.Find("n-sigma")!.Peak(turns), 6);
        Assert.Equal(800, PeakPredictors.Find("percentile-sum")!.Peak(turns), 6);
        Assert.Equal(800, PeakPredictors.Find("max")!.Peak(turns), 6);
        Assert.Equal(900, PeakPredictors.Find("borg-default")!.Peak(turns), 6);
    }

    /// <summary>29 samples are too few for any formula, 30 are enough.</summary>
    [Theory]
    [InlineData("percentile-sum", 29, 100)]
    [InlineData("percentile-sum", 30, 7)]
    [InlineData("n-sigma", 29, 100)]
    [InlineData("n-sigma", 30, 7)]
    [InlineData("max", 29, 100)]
    [InlineData("max", 30, 7)]
    public void Peak_AtTheWarmUp_BeginsToMeasure(string name, int samples, double peak) =>
        Assert.Equal(peak, PeakPredictors.Find(name)!.Peak([new ContainerUsage(100, new ProfileSnapshot([.. Enumerable.Repeat(7f, samples)]))]), 6);

    /// <summary>One of 40 samples and one of 30: the last 30 of both are summed, a sample of one never with another moment of the other.</summary>
    [Fact]
    public void Sigma_WindowsOfTwoLengths_AreSummedFromTheirEnds()
    {
        // In the last 30 the first is at 0 where the second is at 20 and the other way round: 20 at all times. Before, the first was at 1000.
        float[] first = [.. Enumerable.Repeat(1000f, 10), .. Enumerable.Range(0, 30).Select(i => i % 2 == 0 ? 0f : 20f)];
        float[] second = [.. Enumerable.Range(0, 30).Select(i => i % 2 == 0 ? 20f : 0f)];
        Assert.Equal(20, PeakPredictors.Find("n-sigma")!.Peak([new(2000, new ProfileSnapshot(first)), new(100, new ProfileSnapshot(second))]), 6);
    }

    [Fact]
    public void Seasonal_TenthMoreThanTheUsualPeak_AtMostTheLimits()
    {
        static ContainerUsage Day(long limit, params float[] day) => new(limit, new ProfileSnapshot([]) { Daily = day });
        var seasonal = PeakPredictors.Find("seasonal")!;
        Assert.Equal(1.1 * 90, seasonal.Peak([Day(100, 80, 10), Day(100, 10, 20)]), 5);
        Assert.Equal(100, seasonal.Peak([Day(100, 95, 10)]), 5);
        // Who has no day, or one of another length, counts with the limit beside that.
        Assert.Equal(1.1 * 50 + 70 + 60, seasonal.Peak([Day(100, 50, 10), new(70, null), Day(60, 1, 2, 3)]), 5);
    }

    private static ContainerUsage[] Host(Draw d) => d.Many(0, 6, _ =>
    {
        var limit = d.Int(0, 1000);
        var level = d.Double(0, 1.2);
        float Sample() => (float)(limit * Math.Max(0, level + 0.3 * d.Normal()));
        return new ContainerUsage(limit, d.Once(6) ? null : new ProfileSnapshot(d.Many(0, 60, _ => Sample())) { Daily = d.Pick(d.Many(4, 4, _ => Sample()), [], d.Many(5, 5, _ => Sample())) });
    });
}
