using Gantry.Agent.Runtime;
using Gantry.Bus;
using Gantry.Control.Hosts;
using Gantry.Control.Hosts.Remote;
using Gantry.Control.Work;
using Gantry.Domain;
using Gantry.Domain.Containers;
using Gantry.Store.Records;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Gantry.Control.Containers;

/// <summary>Drives every container record towards what is wanted of it.</summary>
internal sealed class ContainerLoop(
    ContainerReconciler reconciler, RuntimeObserver observer, ContainerPlacer placer, HostSessions sessions, IContainerRuntime runtime, IContainerStore containers,
    IBus bus, TimeProvider time, ILogger<ContainerLoop> logger) : BackgroundService
{
    private static readonly TimeSpan Resync = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await observer.Known.WaitAsync(stoppingToken).ConfigureAwait(false);
        // What is here has its place before anything new gets one.
        await PatientlyAsync(() => placer.ReadAsync(stoppingToken), stoppingToken).ConfigureAwait(false);
        await PatientlyAsync(() => RemoveOrphansAsync(stoppingToken), stoppingToken).ConfigureAwait(false);
        var queue = new ReconcileQueue<ContainerId>(reconciler.ReconcileAsync, time, logger, stoppingToken);
        var notifications = bus.Subscribe(stoppingToken);
        await TriggerAllAsync(queue, stoppingToken).ConfigureAwait(false);
        await Loops.TogetherAsync(ListenAsync(queue, notifications, stoppingToken), ResyncAsync(queue, stoppingToken)).ConfigureAwait(false);
    }

    private async Task ListenAsync(ReconcileQueue<ContainerId> queue, IAsyncEnumerable<Notification> notifications, CancellationToken token)
    {
        await foreach (var notification in notifications.ConfigureAwait(false))
        {
            switch (notification)
            {
                case ContainerChanged changed:
                    queue.Trigger(changed.ContainerId);
                    break;
                case AppChanged changed:
                    await TriggerAsync(queue, () => containers.ListLiveAsync(changed.AppId, token), token).ConfigureAwait(false);
                    break;
                case Missed:
                    await TriggerAllAsync(queue, token).ConfigureAwait(false);
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

    private Task TriggerAllAsync(ReconcileQueue<ContainerId> queue, CancellationToken token) => TriggerAsync(queue, () => containers.ListLiveAsync(token), token);

    private Task TriggerAsync(ReconcileQueue<ContainerId> queue, Func<Task<IReadOnlyList<Container>>> list, CancellationToken token) => PatientlyAsync(
        async () =>
        {
            foreach (var container in await list().ConfigureAwait(false))
                queue.Trigger(container.Id);
        },
        token);

    private Task PatientlyAsync(Func<Task> work, CancellationToken token) => Patience.UntilDoneAsync(work, time, logger, token);

    /// <summary>
    /// What runs without a record (a build of a killed daemon, a removal cut short) is taken away. Hosts elsewhere do that
    /// themselves, told what to keep before they are used.
    /// </summary>
    private async Task RemoveOrphansAsync(CancellationToken token)
    {
        var live = (await containers.ListLiveAsync(token).ConfigureAwait(false)).Select(c => c.Id).ToHashSet();
        foreach (var id in observer.All.Where(id => !live.Contains(id)))
        {
            if (sessions.Of(id) is null)
                await runtime.RemoveAsync(id, token).ConfigureAwait(false);
            else
                sessions.Forget(id);
            observer.Forget(id);
        }
    }
}
