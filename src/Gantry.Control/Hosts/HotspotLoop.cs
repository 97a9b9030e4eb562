using Gantry.Control.Containers;
using Gantry.Control.Hosts.Moves;
using Gantry.Scheduling.Hotspots;
using Gantry.Store.Records;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Gantry.Control.Hosts;

/// <summary>
/// Looks for hot hosts at each interval of the samples, and lets them be relieved. With one host there is nowhere to move to: what it finds are alarms.
/// Each pass also reads the records anew, so that what changed behind the placer's back counts.
/// </summary>
internal sealed partial class HotspotLoop(
    ContainerPlacer placer, HostAlarms alarms, ReliefStep relief, RuntimeObserver observer, TimeProvider time, IOptions<SchedulingOptions> options, ILogger<HotspotLoop> logger)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await observer.Known.WaitAsync(stoppingToken).ConfigureAwait(false);
        using var timer = new PeriodicTimer(options.Value.PassInterval, time);
        do
        {
            await TryPassAsync(stoppingToken).ConfigureAwait(false);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false));
    }

    /// <summary>Without the records nothing can be said: the next pass tries again.</summary>
    private async Task TryPassAsync(CancellationToken token)
    {
        try
        {
            var plan = Sandpiper.Plan(await placer.ReadAsync(token).ConfigureAwait(false));
            await alarms.NoteAsync(plan.IsSuccess ? plan.Value.Alarms : [plan.Refusal!.Message], token).ConfigureAwait(false);
            if (plan.IsSuccess)
                await relief.RunAsync(plan.Value, token).ConfigureAwait(false);
        }
        catch (StoreException e)
        {
            Log.NotLooked(logger, e);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "The hosts could not be looked at; the next pass tries again")]
        public static partial void NotLooked(ILogger logger, Exception e);
    }
}
