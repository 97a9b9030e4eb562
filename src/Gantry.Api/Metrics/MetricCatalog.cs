using Gantry.Agent.Metrics;
using Gantry.Contracts.V1;

namespace Gantry.Api.Metrics;

/// <summary>A metric of the v1 API, and how it is made of what the host keeps.</summary>
/// <param name="OfRequests">True for those of the router, which have one series an app.</param>
internal sealed record Metric(string Id, string Label, string Suffix, bool OfRequests, Func<MetricValues, double> Value)
{
    public MetricResource ToWire() => new(Id, Label, Suffix, OfRequests ? "router" : "global");
}

internal static class MetricCatalog
{
    /// <summary>A point is ten seconds of requests.</summary>
    private const double PointsPerMinute = 6;

    public static IReadOnlyList<Metric> All { get; } =
    [
        new("cpu", "CPU", "%", false, v => v[(int)ContainerMetric.Cpu]),
        new("memory", "RAM", "%", false, v => v[(int)ContainerMetric.MemoryPercent]),
        new("swap", "Swap", "%", false, v => v[(int)ContainerMetric.SwapPercent]),
        new("rpm_per_container", "RPM per container", "RPM", true, v => v[(int)RequestMetric.Requests] * PointsPerMinute),
        new("p95_response_time", "95th centile of response time", "ms", true, v => v[(int)RequestMetric.Percentile95]),
        new("5XX", "Amount of 5XX errors", "RPM", true, v => v[(int)RequestMetric.ServerErrors] * PointsPerMinute),
    ];

    /// <summary>Also <c>router</c>: requests a minute, of one kind of status when asked for.</summary>
    public static Metric? Find(string id, string? statusCode) => id == "router" ? Requests(statusCode) : All.FirstOrDefault(m => m.Id == id);

    private static Metric? Requests(string? statusCode) => statusCode?.ToUpperInvariant() switch
    {
        null or "" or "ALL" => Make(v => v[(int)RequestMetric.Requests]),
        "4XX" => Make(v => v[(int)RequestMetric.ClientErrors]),
        "5XX" => Make(v => v[(int)RequestMetric.ServerErrors]),
        _ => null,
    };

    private static Metric Make(Func<MetricValues, double> count) => new("router", "Requests", "RPM", true, v => count(v) * PointsPerMinute);
}
