using Gantry.Bus;
using Gantry.Control.Containers;
using Gantry.Control.Work;
using Gantry.Domain;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Gantry.Control.Formation;

/// <summary>Keeps every app at its formation.</summary>
internal sealed class AppLoop(
    AppReconciler reconciler, RuntimeObserver observer, IBus bus, TimeProvider time, ILogger<AppLoop> logger) : BackgroundService
{
    /// <summary>Of all apps: about them nothing is to be done unless a notification got lost.</summary>
    private static readonly TimeSpan Resync = TimeSpan.FromSeconds(30);

    /// <summary>Of those for which somebody waits: another process, whose notifications are late, may have taken the operation in.</summary>
    private static readonly TimeSpan ResyncAwaited = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await observer.Known.WaitAsync(stoppingToken).ConfigureAwait(false);
        var queue = new ReconcileQueue<AppId>(
            (app, token) => Pace.OfTheMachine.RestAfterAsync(() => reconciler.ReconcileAsync(app, token), token), time, logger, stoppingToken);
        var notifications = bus.Subscribe(stoppingToken);
        await queue.WithAsync(ListenAsync(queue, notifications, stoppingToken), ResyncAsync(queue, stoppingToken)).ConfigureAwait(false);
    }

    private async Task ListenAsync(ReconcileQueue<AppId> queue, IAsyncEnumerable<Notification> notifications, CancellationToken token)
    {
        await foreach (var notification in notifications.ConfigureAwait(false))
        {
            switch (notification)
            {
                case AppChanged changed:
                    queue.Trigger(changed.AppId);
                    break;
                case Missed:
                    await TriggerAsync(queue, reconciler.ListDueAsync, token).ConfigureAwait(false);
                    break;
            }
        }
    }

    private async Task ResyncAsync(ReconcileQueue<AppId> queue, CancellationToken token)
    {
        using var timer = new PeriodicTimer(ResyncAwaited, time);
        var all = DateTimeOffset.MinValue;
        do
        {
            var now = time.GetUtcNow();
            var whole = now - all >= Resync;
            await TriggerAsync(queue, whole ? reconciler.ListDueAsync : reconciler.ListAwaitedAsync, token).ConfigureAwait(false);
            all = whole ? now : all;
        }
        while (await timer.WaitForNextTickAsync(token).ConfigureAwait(false));
    }

    private Task TriggerAsync(ReconcileQueue<AppId> queue, Func<CancellationToken, Task<IReadOnlyList<AppId>>> list, CancellationToken token) => Patience.UntilDoneAsync(
        async () =>
        {
            foreach (var app in await list(token).ConfigureAwait(false))
                queue.Trigger(app);
        },
        time, logger, token);
}
