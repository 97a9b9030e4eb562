using System.Collections.Concurrent;
using Gantry.Agent.Metrics;
using Gantry.Domain;

namespace Gantry.Api.Tests.Support;

/// <summary>Series that the test made up.</summary>
internal sealed class FakeMetrics : IHostMetrics
{
    public ConcurrentDictionary<(AppId App, string Label), IReadOnlyList<MetricPoint>> Series { get; } = new();
    public HostUsage? Host { get; set; }
    public IReadOnlyList<ContainerRates> Containers { get; set; } = [];

    public RequestTotals Requests => new(10, 3, 2, 1.5);

    public void Watch()
    {
    }

    public void CountRequest(AppId app, int status, TimeSpan duration) => throw new NotSupportedException();

    public IReadOnlyList<string> Labels(AppId app) => [.. Series.Keys.Where(k => k.App == app && k.Label != MetricSeries.Router).Select(k => k.Label)];

    public IReadOnlyList<MetricPoint> Read(AppId app, string label, DateTimeOffset since) =>
        [.. Series.GetValueOrDefault((app, label), []).Where(p => p.At >= since)];
}
