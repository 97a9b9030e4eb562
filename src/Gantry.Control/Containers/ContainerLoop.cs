using Gantry.Agent.Runtime;
using Gantry.Bus;
using Gantry.Control.Hosts;
using Gantry.Control.Work;
using Gantry.Domain;
using Gantry.Store.Records;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Gantry.Control.Containers;

/// <summary>Drives every container record towards what is wanted of it.</summary>
internal sealed class ContainerLoop(
    ContainerReconciler reconciler, RuntimeObserver observer, ContainerPlacer placer, IContainerRuntime runtime, IContainerStore containers,
    IBus bus, TimeProvider time, ILogger<ContainerLoop> logger) : BackgroundService
{
    private static readonly TimeSpan Resync = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await observer.Known.WaitAsync(stoppingToken).ConfigureAwait(false);
        // What is here has its place before anything new gets one.
        await placer.ReadAsync(stoppingToken).ConfigureAwait(false);
        await RemoveOrphansAsync(stoppingToken).ConfigureAwait(false);
        var queue = new ReconcileQueue<ContainerId>(reconciler.ReconcileAsync, time, logger, stoppingToken);
        var notifications = bus.Subscribe(stoppingToken);
        await TriggerAllAsync(queue, stoppingToken).ConfigureAwait(false);
        await Task.WhenAll(ListenAsync(queue, notifications), ResyncAsync(queue, stoppingToken)).ConfigureAwait(false);
    }

    private async Task ListenAsync(ReconcileQueue<ContainerId> queue, IAsyncEnumerable<Notification> notifications)
    {
        await foreach (var notification in notifications.ConfigureAwait(false))
        {
            switch (notification)
            {
                case ContainerChanged changed:
                    queue.Trigger(changed.ContainerId);
                    break;
                case AppChanged changed:
                    foreach (var container in await containers.ListLiveAsync(changed.AppId, CancellationToken.None).ConfigureAwait(false))
                        queue.Trigger(container.Id);
                    break;
                case Missed:
                    await TriggerAllAsync(queue, CancellationToken.None).ConfigureAwait(false);
                    break;
            }
        }
    }

    private async Task ResyncAsync(ReconcileQueue<ContainerId> queue, CancellationToken token)
    {
        using var timer = new PeriodicTimer(Resync, time);
        while (await timer.WaitForNextTickAsync(token).ConfigureAwait(false))
            await TriggerAllAsync(queue, token).ConfigureAwait(false);
    }

    private async Task TriggerAllAsync(ReconcileQueue<ContainerId> queue, CancellationToken token)
    {
        foreach (var container in await containers.ListLiveAsync(token).ConfigureAwait(false))
            queue.Trigger(container.Id);
    }

    /// <summary>What runs without a record (a build of a killed daemon, a removal cut short) is taken away.</summary>
    private async Task RemoveOrphansAsync(CancellationToken token)
    {
        var live = (await containers.ListLiveAsync(token).ConfigureAwait(false)).Select(c => c.Id).ToHashSet();
        foreach (var id in observer.All.Where(id => !live.Contains(id)))
        {
            await runtime.RemoveAsync(id, token).ConfigureAwait(false);
            observer.Forget(id);
        }
    }
}
