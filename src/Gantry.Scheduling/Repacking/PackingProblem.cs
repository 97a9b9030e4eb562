namespace Gantry.Scheduling.Repacking;

/// <summary>A whole cluster to be packed at once: items of few kinds (apps), each with curves over a day. Curve 0 is the one that
/// costs (cpu); all curves and scalars bound what fits.</summary>
public sealed class PackingProblem
{
    /// <summary>Points are padded with zeros to this multiple, so that a curve is a whole number of vectors.</summary>
    private const int Lanes = 4;

    private readonly double[][] _curves;

    /// <param name="points">Points of a day; at least 1.</param>
    /// <param name="curves">By app: one curve after another, <paramref name="points"/> each.</param>
    /// <param name="scalars">By app: demand without a curve.</param>
    /// <param name="appOf">By item: its app.</param>
    /// <param name="hosts">What each host has.</param>
    /// <param name="rules">Interference of apps.</param>
    public PackingProblem(
        int points, IReadOnlyList<double[]> curves, IReadOnlyList<double[]> scalars, int[] appOf, IReadOnlyList<PackingHost> hosts,
        IReadOnlyList<(int App, int Other, int Most)> rules)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(points, 1);
        Points = points;
        Stride = (points + Lanes - 1) / Lanes * Lanes;
        CurveCount = curves.Count == 0 ? 0 : curves[0].Length / points;
        _curves = [.. curves.Select(Pad)];
        (Scalars, AppOf, Hosts) = ([.. scalars], appOf, [.. hosts]);
        Rules = new PackingRules(curves.Count, rules);
    }

    public int Points { get; }

    /// <summary>Length of a padded curve.</summary>
    public int Stride { get; }

    public int CurveCount { get; }

    public double[][] Scalars { get; }

    public int[] AppOf { get; }

    public PackingHost[] Hosts { get; }

    internal PackingRules Rules { get; }

    /// <summary>Price of load: a used host costs the mean over the day of 1 + α(e^max(0, use − β) − 1). α = 0 counts hosts.</summary>
    public double Alpha { get; init; } = 10;

    public double Beta { get; init; } = 0.5;

    /// <summary>All curves of an app, padded, one after another.</summary>
    internal double[] CurvesOf(int app) => _curves[app];

    private double[] Pad(double[] curves)
    {
        var padded = new double[CurveCount * Stride];
        for (var c = 0; c < CurveCount; c++) Array.Copy(curves, c * Points, padded, c * Stride, Points);
        return padded;
    }
}

/// <summary>What a host has, for each curve and each scalar.</summary>
public sealed record PackingHost(double[] Curves, double[] Scalars);

/// <summary>Interference by app, both directions of each rule beside each other.</summary>
internal sealed class PackingRules
{
    private readonly (int Other, int MostOther, int MostOwn)[][] _of;

    public PackingRules(int apps, IReadOnlyList<(int App, int Other, int Most)> rules)
    {
        var lists = new List<(int, int, int)>?[apps];
        foreach (var (app, other, most) in rules)
        {
            (lists[app] ??= []).Add((other, most, int.MaxValue));
            if (app != other) (lists[other] ??= []).Add((app, int.MaxValue, most));
        }

        _of = [.. lists.Select(l => l?.ToArray() ?? [])];
    }

    /// <summary>Whether a host with these apps may take one more of <paramref name="plus"/> when one of <paramref name="minus"/> (or -1) leaves.</summary>
    public bool Allow(ReadOnlySpan<int> apps, int plus, int minus)
    {
        var rules = _of[plus];
        if (rules.Length == 0) return true;
        var own = apps.Count(plus) - (minus == plus ? 1 : 0);
        foreach (var (other, mostOther, mostOwn) in rules)
        {
            var there = apps.Count(other) - (minus == other ? 1 : 0);
            // Beside itself an app may have one more than the rule says.
            if (there > mostOther || (there > 0 && own >= mostOwn)) return false;
        }

        return true;
    }
}
