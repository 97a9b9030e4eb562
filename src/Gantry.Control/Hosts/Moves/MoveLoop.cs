using Gantry.Bus;
using Gantry.Control.Containers;
using Gantry.Control.Work;
using Gantry.Store.Records;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Gantry.Control.Hosts.Moves;

/// <summary>Empties hosts that are drained and goes on with a repacking, whenever a container changed, and looks after moves that take too long.</summary>
internal sealed partial class MoveLoop(
    DrainStep drains, RepackStep repacking, OverdueMoves overdue, RuntimeObserver observer, IBus bus, TimeProvider time, IOptions<SchedulingOptions> options, ILogger<MoveLoop> logger)
    : BackgroundService
{
    private DateTimeOffset _looked;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await observer.Known.WaitAsync(stoppingToken).ConfigureAwait(false);
        var wakeup = new Wakeup(bus, n => n is ContainerChanged, time, stoppingToken);
        await using var _ = wakeup.ConfigureAwait(false);
        while (true)
        {
            await Pace.OfTheMachine.RestAfterAsync(() => TryAsync(stoppingToken), stoppingToken).ConfigureAwait(false);
            await wakeup.WaitAsync(options.Value.RetryInterval).ConfigureAwait(false);
        }
    }

    /// <summary>Without the records nothing is moved: the next round tries again.</summary>
    private async Task TryAsync(CancellationToken token)
    {
        try
        {
            if (time.GetUtcNow() - _looked >= options.Value.RetryInterval)
            {
                await overdue.EndAsync(token).ConfigureAwait(false);
                _looked = time.GetUtcNow();
            }

            await drains.RunAsync(token).ConfigureAwait(false);
            await repacking.RunAsync(token).ConfigureAwait(false);
        }
        catch (StoreException e)
        {
            Log.NotMoved(logger, e);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "No moves could be begun; the next round tries again")]
        public static partial void NotMoved(ILogger logger, Exception e);
    }
}
