using Gantry.Agent.Runtime;
using Gantry.Domain;
using Gantry.Store.Records;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Gantry.Agent.Metrics;

/// <summary>
/// The one sampler of a host. Each second the run queue, which costs one system call; every ten seconds, or each second while
/// somebody watches, all containers of all runtimes and the rest of the host.
/// </summary>
internal sealed partial class MetricsLoop(
    HostMetrics metrics, SeriesStore series, IContainerRuntime runtime, IContainerStore containers, IAppStore apps, OutOfMemoryWatch outOfMemory,
    TimeProvider time, ILogger<MetricsLoop> logger) : BackgroundService
{
    private const int Step = 10;

    /// <summary>Records that are read at once: a cluster may have a hundred thousand.</summary>
    private const int Most = 1000;
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan CollectInterval = TimeSpan.FromHours(1);

    private readonly HostSampler _host = new();
    private readonly Dictionary<ContainerId, Known> _known = [];
    private long _round;
    private DateTimeOffset _collected;

    public override void Dispose()
    {
        _host.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Tick, time);
        for (var tick = 0; await timer.WaitForNextTickAsync(stoppingToken); tick++)
        {
            _host.SampleQueue(Tick);
            if (tick % Step == 0 || metrics.IsWatched)
                await TrySampleAsync(keep: tick % Step == 0, stoppingToken);
            if (time.GetUtcNow() - _collected > CollectInterval)
                await TryCollectAsync(stoppingToken);
        }
    }

    /// <summary>Without its runtime or its records there is nothing to sample: the charts have a gap.</summary>
    private async Task TrySampleAsync(bool keep, CancellationToken token)
    {
        try
        {
            var usages = await runtime.SampleAsync(token);
            await LearnAsync([.. usages.Select(u => u.Id).Where(id => !_known.ContainsKey(id))], token);
            _round++;
            var rates = usages.Select(u => Rates(u, _known[u.Id])).ToList();
            foreach (var (gone, _) in _known.Where(k => k.Value.SeenIn != _round))
                _known.Remove(gone);
            var now = time.GetUtcNow();
            metrics.Show(rates, _host.Sample(now, [.. rates.Where(r => r.Usage.ControlGroup.Length > 0)]));
            if (keep)
                metrics.Keep(now);
            await outOfMemory.LookAsync(usages, token);
        }
        catch (Exception e) when (e is RuntimeException or StoreException or IOException)
        {
            Log.NotSampled(logger, e);
        }
    }

    private ContainerRates Rates(ContainerUsage now, Known known)
    {
        var before = known.Last ?? now;
        (known.Last, known.SeenIn) = (now, _round);
        var seconds = (now.At - before.At).TotalSeconds;
        double Rate(long from, long to) => seconds <= 0 ? 0 : Math.Max(0, to - from) / seconds;
        return new ContainerRates(
            now, known.App, known.Label, Rate(before.CpuNanoseconds, now.CpuNanoseconds) / 1e7, Rate(before.ReceivedBytes, now.ReceivedBytes),
            Rate(before.SentBytes, now.SentBytes), Rate(before.ReadBytes, now.ReadBytes), Rate(before.WrittenBytes, now.WrittenBytes));
    }

    /// <summary>Containers of a formation have series by their label; a one-off or a build is measured while it runs, and not kept.</summary>
    private async Task LearnAsync(IReadOnlyList<ContainerId> unknown, CancellationToken token)
    {
        foreach (var some in unknown.Chunk(Most))
        {
            var found = (await containers.ListAsync(some, token)).ToDictionary(c => c.Id);
            foreach (var id in some)
                _known[id] = found.TryGetValue(id, out var container) ? new(container.AppId, container.IsOneOff ? "" : container.Label) : new(null, "");
        }
    }

    private async Task TryCollectAsync(CancellationToken token)
    {
        try
        {
            _collected = time.GetUtcNow();
            await series.CollectAsync(async app => await apps.FindByIdAsync(app, token) is not null);
        }
        catch (Exception e) when (e is IOException or StoreException)
        {
            Log.NotCollected(logger, e);
        }
    }

    /// <summary>Kept from sample to sample: of a hundred thousand containers nothing is made anew that stays the same.</summary>
    private sealed class Known(AppId? app, string label)
    {
        public AppId? App => app;

        public string Label => label;

        public ContainerUsage? Last { get; set; }

        /// <summary>The round whose sample that was.</summary>
        public long SeenIn { get; set; }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The host could not be sampled; the charts have a gap")]
        public static partial void NotSampled(ILogger logger, Exception e);

        [LoggerMessage(2, LogLevel.Error, "Old metrics could not be deleted; the next round tries again")]
        public static partial void NotCollected(ILogger logger, Exception e);
    }
}
