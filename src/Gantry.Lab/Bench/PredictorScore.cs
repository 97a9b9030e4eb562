using Gantry.Scheduling.Prediction;
using Gantry.Scheduling.Profiles;

namespace Gantry.Lab.Bench;

/// <summary>One container of a host whose peaks are predicted.</summary>
/// <param name="Curve">What it used, sample after sample.</param>
/// <param name="Daily">Its usual day as known beforehand, or empty.</param>
internal sealed record RecordedContainer(long Limit, float[] Curve, float[] Daily);

/// <summary>Judges predictors by the peak oracle of "Take it to the Limit" (EuroSys 2021): the most that a host's containers really used
/// together over the next samples.</summary>
internal sealed class PredictorScore(IPeakPredictor predictor)
{
    private double _saved, _oracleSaved;
    private int _violated;

    public string Name => predictor.Name;

    public int Intervals { get; private set; }

    /// <summary>Mean share of the limits that the prediction leaves to be promised again.</summary>
    public double Saving => _saved / Math.Max(1, Intervals);

    /// <summary>The same for a predictor that knows the future.</summary>
    public double OracleSaving => _oracleSaved / Math.Max(1, Intervals);

    /// <summary>Share of predictions that were exceeded.</summary>
    public double Violated => (double)_violated / Math.Max(1, Intervals);

    /// <summary>The most by which a prediction was exceeded, as a share of the limits.</summary>
    public double WorstShortfall { get; private set; }

    /// <summary>Predicts for one host at every <paramref name="stride"/>th sample from <paramref name="first"/> on, as long as the horizon is recorded.</summary>
    public static void Judge(IReadOnlyList<PredictorScore> scores, IReadOnlyList<RecordedContainer> host, int horizon, int first, int stride)
    {
        if (host.Count == 0) return;
        var length = host.Min(c => c.Curve.Length);
        var limits = host.Sum(c => (double)c.Limit);
        if (limits <= 0) return;
        double[] total = [.. Enumerable.Range(0, length).Select(t => host.Sum(c => (double)c.Curve[t]))];
        for (var t = first; t + horizon < length; t += stride)
        {
            var seen = t + 1;
            ContainerUsage[] usage = [.. host.Select(c => new ContainerUsage(c.Limit, new ProfileSnapshot(c.Curve[Math.Max(0, seen - ProfileState.WindowSize)..seen]) { Daily = c.Daily }))];
            var oracle = total.AsSpan(seen, horizon).ToArray().Max();
            foreach (var score in scores) score.Add(usage, oracle, limits);
        }
    }

    private void Add(ContainerUsage[] usage, double oracle, double limits)
    {
        var predicted = predictor.Peak(usage);
        Intervals++;
        _saved += 1 - predicted / limits;
        _oracleSaved += 1 - oracle / limits;
        if (predicted >= oracle * (1 - 1e-6)) return;
        _violated++;
        WorstShortfall = Math.Max(WorstShortfall, (oracle - predicted) / limits);
    }
}
