using System.Collections.Concurrent;
using Gantry.Domain;

namespace Gantry.Agent.Metrics;

/// <summary>What the loop saw last, and the series it keeps.</summary>
internal sealed class HostMetrics(SeriesStore series, TimeProvider time) : IHostMetrics
{
    private static readonly TimeSpan Attention = TimeSpan.FromSeconds(30);
    private readonly ConcurrentDictionary<AppId, RequestStats> _requests = [];
    private long _all, _clientErrors, _serverErrors, _ticks;
    private long _watchedUntil = DateTimeOffset.MinValue.Ticks;

    public HostUsage? Host { get; private set; }

    public IReadOnlyList<ContainerRates> Containers { get; private set; } = [];

    public bool IsWatched => time.GetUtcNow().Ticks < Volatile.Read(ref _watchedUntil);

    public void Watch() => Volatile.Write(ref _watchedUntil, (time.GetUtcNow() + Attention).Ticks);

    public RequestTotals Requests => new(
        Interlocked.Read(ref _all), Interlocked.Read(ref _clientErrors), Interlocked.Read(ref _serverErrors), Interlocked.Read(ref _ticks) / (double)TimeSpan.TicksPerSecond);

    public void CountRequest(AppId app, int status, TimeSpan duration)
    {
        Interlocked.Increment(ref _all);
        Interlocked.Add(ref _ticks, duration.Ticks);
        if (status >= 400)
            Interlocked.Increment(ref status < 500 ? ref _clientErrors : ref _serverErrors);
        _requests.GetOrAdd(app, _ => new RequestStats()).Add(status, duration);
    }

    public IReadOnlyList<string> Labels(AppId app) => series.Labels(app);

    public IReadOnlyList<MetricPoint> Read(AppId app, string label, DateTimeOffset since) => series.Read(app, label, since);

    /// <summary>Takes a new sample in; what belongs to the series goes there once a step.</summary>
    public void Show(IReadOnlyList<ContainerRates> containers, HostUsage host) => (Containers, Host) = (containers, host);

    /// <summary>Adds one point to each series.</summary>
    public void Keep(DateTimeOffset at)
    {
        foreach (var container in Containers)
            if (container.App is { } app && container.Label.Length > 0)
                series.Add(app, container.Label, at, Values(container));
        foreach (var (app, stats) in _requests)
        {
            var values = stats.Take();
            // An app that is asked for nothing has a gap, not a file full of zeros.
            if (values[(int)RequestMetric.Requests] > 0)
                series.Add(app, MetricSeries.Router, at, values);
            else
                _requests.TryRemove(KeyValuePair.Create(app, stats));
        }
    }

    private static MetricValues Values(ContainerRates c)
    {
        var (u, v) = (c.Usage, new MetricValues());
        v[(int)ContainerMetric.Cpu] = (float)c.CpuPercent;
        v[(int)ContainerMetric.MemoryPercent] = Percent(u.MemoryBytes, u.MemoryLimitBytes);
        v[(int)ContainerMetric.SwapPercent] = Percent(u.SwapBytes, u.SwapLimitBytes);
        v[(int)ContainerMetric.MemoryBytes] = u.MemoryBytes;
        v[(int)ContainerMetric.ReceivedPerSecond] = (float)c.ReceivedPerSecond;
        v[(int)ContainerMetric.SentPerSecond] = (float)c.SentPerSecond;
        v[(int)ContainerMetric.ReadPerSecond] = (float)c.ReadPerSecond;
        v[(int)ContainerMetric.WrittenPerSecond] = (float)c.WrittenPerSecond;
        return v;
    }

    private static float Percent(long part, long whole) => whole <= 0 ? 0 : 100f * part / whole;
}
