using Gantry.Scheduling.Prediction;

namespace Gantry.Scheduling.Tests.Support;

/// <summary>The predictors of "Take it to the Limit" (EuroSys 2021) and the seasonal one, from their formulas, with LINQ and without haste.</summary>
internal static class PlainPredictors
{
    public static double Peak(string name, IReadOnlyList<ContainerUsage> containers) => name switch
    {
        "limits" => containers.Sum(c => (double)c.Limit),
        "borg-default" => 0.9 * containers.Sum(c => (double)c.Limit),
        "percentile-sum" => containers.Sum(c => IsYoung(c) ? c.Limit : Percentile(c.Profile!.Window, 0.95)),
        "n-sigma" => Sigma(containers),
        "max" => Math.Max(Peak("percentile-sum", containers), Peak("n-sigma", containers)),
        "seasonal" => Seasonal(containers),
        _ => throw new ArgumentException(name),
    };

    /// <summary>The value at place ceil(share · n) of the sorted samples.</summary>
    public static double Percentile(IEnumerable<float> samples, double share)
    {
        var sorted = samples.Order().ToList();
        return sorted.Count == 0 ? 0 : sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Count), 1, sorted.Count) - 1];
    }

    private static bool IsYoung(ContainerUsage container) => container.Profile is null || container.Profile.Window.Count < 30;

    private static double Sigma(IReadOnlyList<ContainerUsage> containers)
    {
        var young = containers.Where(IsYoung).Sum(c => (double)c.Limit);
        var old = containers.Where(c => !IsYoung(c)).ToList();
        if (old.Count == 0) return young;
        var length = old.Min(c => c.Profile!.Window.Count);
        var totals = Enumerable.Range(0, length).Select(t => old.Sum(c => (double)c.Profile!.Window.TakeLast(length).ElementAt(t))).ToList();
        var mean = totals.Average();
        return young + Math.Min(old.Sum(c => (double)c.Limit), mean + 5 * Math.Sqrt(totals.Average(t => (t - mean) * (t - mean))));
    }

    private static double Seasonal(IReadOnlyList<ContainerUsage> containers)
    {
        var points = containers.Select(c => c.Profile?.Daily.Count ?? 0).FirstOrDefault(n => n > 0);
        var known = containers.Where(c => points > 0 && c.Profile?.Daily.Count == points).ToList();
        var rest = containers.Where(c => points == 0 || c.Profile?.Daily.Count != points).Sum(c => (double)c.Limit);
        if (known.Count == 0) return rest;
        var peak = Enumerable.Range(0, points).Max(t => known.Sum(c => (double)c.Profile!.Daily[t]));
        return rest + Math.Min(known.Sum(c => (double)c.Limit), 1.1 * peak);
    }
}
