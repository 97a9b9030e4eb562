using Gantry.Lab.Bench;
using Gantry.Scheduling.Prediction;

namespace Gantry.Lab.Tests;

public sealed class PredictorScoreTests
{
    /// <summary>Says the same whatever it is asked.</summary>
    private sealed class Says(double peak) : IPeakPredictor
    {
        public string Name => "says";

        public List<int> Seen { get; } = [];

        public double Peak(IReadOnlyList<ContainerUsage> containers)
        {
            Seen.Add(containers[0].Profile!.Window.Count);
            return peak;
        }
    }

    private static readonly RecordedContainer[] _host = [new(100, [10, 10, 10, 40, 10, 10], []), new(100, [10, 10, 10, 20, 30, 10], [])];

    [Fact]
    public void Score_HandComputed_CountsWhatTheNextSamplesExceed()
    {
        // Totals 20 20 20 60 40 20. From sample 1 with 2 ahead: the most is 60, 60, 40. 50 is exceeded twice, by 10 of 200 each time.
        var score = new PredictorScore(new Says(50));
        PredictorScore.Judge([score], _host, 2, 1, 1);
        Assert.Equal(3, score.Intervals);
        Assert.Equal(2 / 3.0, score.Violated, 9);
        Assert.Equal(0.75, score.Saving, 9);
        Assert.Equal((0.7 + 0.7 + 0.8) / 3, score.OracleSaving, 9);
        Assert.Equal(0.05, score.WorstShortfall, 9);
    }

    [Fact]
    public void Score_ExactlyThePeak_IsNotExceeded()
    {
        var score = new PredictorScore(new Says(60));
        PredictorScore.Judge([score], _host, 2, 1, 1);
        Assert.Equal(0, score.Violated);
    }

    [Fact]
    public void Predictor_Asked_SeesNothingOfTheFuture()
    {
        var predictor = new Says(0);
        PredictorScore.Judge([new PredictorScore(predictor)], _host, 2, 1, 2);
        Assert.Equal([2, 4], predictor.Seen);
    }

    [Fact]
    public void Peaks_ThatDoNotCoincide_AreCountedTogetherAndNotEach()
    {
        // Peaks of 40 and 30 at different times are 60 together at most: a prediction of 60 holds, the sum of peaks would be 70.
        var score = new PredictorScore(new Says(59));
        PredictorScore.Judge([score], _host, 4, 1, 1);
        Assert.Equal((1, 1.0), (score.Intervals, score.Violated));
    }
}
