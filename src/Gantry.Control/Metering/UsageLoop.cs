using Gantry.Agent.Runtime;
using Gantry.Bus;
using Gantry.Control.Hosts.Remote;
using Gantry.Control.Work;
using Gantry.Domain;
using Gantry.Domain.Usage;
using Gantry.Store.Records;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Gantry.Control.Metering;

/// <summary>Settles the usage records at each heartbeat, and soon after a container changed.</summary>
internal sealed partial class UsageLoop(
    UsageMeter meter, ClusterRuntime runtime, HostSessions hosts, IBus bus, TimeProvider time, IOptions<ControlOptions> options, ILogger<UsageLoop> logger)
    : BackgroundService
{
    /// <summary>What many containers change at once is written together.</summary>
    private static readonly TimeSpan Gap = TimeSpan.FromSeconds(1);

    /// <summary>All records are compared again, whatever hosts say: one may have been unknown when it was looked for.</summary>
    private static readonly TimeSpan Again = TimeSpan.FromMinutes(5);

    /// <summary>What each host had seen change, in which session and boot, when its records were settled last.</summary>
    private readonly Dictionary<HostId, (HostSession Session, long Changes, string BootId, DateTimeOffset At)> _settled = [];
    private DateTimeOffset _seen;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var wakeup = new Wakeup(bus, n => n is ContainerChanged, time, stoppingToken);
        await using var _ = wakeup.ConfigureAwait(false);
        while (true)
        {
            await SettleAsync(stoppingToken).ConfigureAwait(false);
            await Task.Delay(Gap, time, stoppingToken).ConfigureAwait(false);
            await wakeup.WaitAsync(options.Value.UsageHeartbeat).ConfigureAwait(false);
        }
    }

    /// <summary>A host that is shut down in order loses nothing up to here.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        _seen = DateTimeOffset.MinValue;
        await SettleAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Without its host or its disk nothing can be written down: the next round finds what this one missed.</summary>
    private async Task SettleAsync(CancellationToken token)
    {
        try
        {
            await meter.SettleAsync(runtime.Local, token).ConfigureAwait(false);
            await SettleAsync(hosts.All, token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is RuntimeException or StoreException)
        {
            Log.NotSettled(logger, e);
        }
    }

    /// <summary>Where nothing has begun or ended there is nothing to compare: that the host was seen is written down, for all such hosts together.</summary>
    private async Task SettleAsync(IReadOnlyCollection<HostSession> all, CancellationToken token)
    {
        var now = time.GetUtcNow();
        var unchanged = new Dictionary<string, HostSighting>();
        var changed = new List<(HostSession Host, long Changes, string BootId)>();
        foreach (var host in all)
        {
            // In this order: what changed before it was seen is counted.
            var (sighting, changes) = (host.Sighting, host.Changes);
            if (sighting is null)
                continue;
            if (_settled.TryGetValue(host.Id, out var last) && (last.Session, last.Changes, last.BootId) == (host, changes, sighting.Time.BootId) && now - last.At < Again)
            {
                unchanged[host.Id.Value] = sighting;
                continue;
            }

            changed.Add((host, changes, sighting.Time.BootId));
        }

        // All at once: what they ask is asked together.
        await Task.WhenAll(changed.Select(c => meter.SettleAsync(c.Host, token))).ConfigureAwait(false);
        foreach (var (host, changes, bootId) in changed)
            _settled[host.Id] = (host, changes, bootId, now);
        if (now - _seen < options.Value.UsageHeartbeat || unchanged.Count == 0)
            return;
        await meter.SeeAsync(unchanged, token).ConfigureAwait(false);
        _seen = now;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Usage could not be written down; the next round tries again")]
        public static partial void NotSettled(ILogger logger, Exception e);
    }
}
