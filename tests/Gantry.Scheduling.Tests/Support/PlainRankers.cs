namespace Gantry.Scheduling.Tests.Support;

/// <summary>What a ranker may look at: one host and one container that could go there.</summary>
/// <param name="Promisable">By resource.</param>
/// <param name="Free">By resource, before the container is there.</param>
/// <param name="Limits">Of the container.</param>
internal sealed record HostView(long[] Promisable, long[] Free, long[] Limits)
{
    public int Own { get; init; }

    public int OwnInZone { get; init; }

    public int Containers { get; init; }

    public int Index { get; init; }

    public int Hosts { get; init; }

    public int Wanted { get; init; }

    public double Queue { get; init; }

    public bool HasImage { get; init; }

    /// <summary>By resource: share that is left with the container, 0 where the host lacks the resource.</summary>
    public double[] Left => [.. Promisable.Select((p, r) => p == 0 ? 0 : (Free[r] - Limits[r]) / (double)p)];

    /// <summary>By resource: share that is left without it.</summary>
    public double[] LeftBefore => [.. Promisable.Select((p, r) => p == 0 ? 0 : Free[r] / (double)p)];

    public double[] Demand => [.. Promisable.Select((p, r) => p == 0 ? 0 : Limits[r] / (double)p)];
}

/// <summary>The published formulas, each as one expression.</summary>
internal static class PlainRankers
{
    public static readonly string[] Names =
    [
        "spread", "least-allocated", "most-allocated", "best-fit", "worst-fit", "first-fit", "dot-product", "e-pvm", "borg-hybrid", "nomad-binpack",
        "swarm-spread", "diego", "image-locality", "low-load", "zone-spread",
    ];

    public static double Score(string ranker, HostView v) => ranker switch
    {
        "spread" => 1.0 / (1 + v.Own),
        "zone-spread" => 1.0 / (1 + v.OwnInZone),
        "low-load" => 1.0 / (1 + v.Queue),
        "image-locality" => v.HasImage ? 1 : 0,
        "first-fit" => 1 - v.Index / (double)v.Hosts,
        // Kubernetes, integer arithmetic of NodeResourcesFit: each percentage is cut off, then their mean.
        "least-allocated" => Percent(v, left => left),
        "most-allocated" => Percent(v, left => 1 - left),
        // Panigrahy et al. 2011.
        "best-fit" => 1 - L2(v.Left),
        "worst-fit" => L2(v.Left),
        "dot-product" => v.Demand.Zip(v.LeftBefore, (d, l) => d * l).Sum(),
        // E-PVM: Σ n^(use with it) − n^(use without it), n the number of hosts, 2 at least; per host.
        "e-pvm" => -v.Left.Zip(v.LeftBefore, (with, without) => Math.Pow(N(v), 1 - with) - Math.Pow(N(v), 1 - without)).Sum() / N(v),
        "borg-hybrid" => 1 - v.Left.Average() - 0.5 * (v.Left.Max() - v.Left.Min()),
        "nomad-binpack" => v.Own == 0 ? Nomad(v) : (Nomad(v) - (v.Own + 1.0) / v.Wanted) / 2,
        "swarm-spread" => -(100_000.0 * v.Own + v.Containers),
        // Diego: memory, disk and container slots, of which a cell has 250; an instance of the app on the cell costs 1000.
        "diego" => -(v.Left.Skip(1).Select(l => 1 - l).Append((v.Containers + 1) / 250.0).Average() + 1000 * v.Own),
        _ => throw new ArgumentException(ranker),
    };

    private static int N(HostView v) => Math.Max(2, v.Hosts);

    private static double L2(double[] left) => Math.Sqrt(left.Average(l => l * l));

    /// <summary>Google's BestFit v3 for cpu and memory.</summary>
    private static double Nomad(HostView v) => Math.Clamp(20 - v.Left.Take(2).Sum(l => Math.Pow(10, l)), 0, 18) / 18;

    private static double Percent(HostView v, Func<decimal, decimal> of)
    {
        var percentages = v.Promisable.Select((p, r) => (p, left: Math.Clamp(v.Free[r] - v.Limits[r], 0, p))).Where(x => x.p > 0)
            .Select(x => (long)Math.Floor(100 * of(x.left / (decimal)x.p))).ToList();
        return percentages.Count == 0 ? 0 : percentages.Sum() / percentages.Count / 100.0;
    }
}
