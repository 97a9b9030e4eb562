using Gantry.Agent.Runtime;
using Gantry.Bus;
using Gantry.Control.Hosts.Remote;
using Gantry.Control.Work;
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
        await SettleAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Without its host or its disk nothing can be written down: the next round finds what this one missed.</summary>
    private async Task SettleAsync(CancellationToken token)
    {
        try
        {
            await meter.SettleAsync(runtime.Local, token).ConfigureAwait(false);
            foreach (var host in hosts.All)
                await meter.SettleAsync(host, token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is RuntimeException or StoreException)
        {
            Log.NotSettled(logger, e);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Usage could not be written down; the next round tries again")]
        public static partial void NotSettled(ILogger logger, Exception e);
    }
}
