using Gantry.Agent.Runtime;
using Gantry.Bus;
using Gantry.Control.Hosts;
using Gantry.Control.Hosts.Remote;
using Gantry.Control.Work;
using Gantry.Domain;
using Gantry.Domain.Apps;
using Gantry.Domain.Containers;
using Gantry.Store.Records;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Gantry.Control.Containers;

/// <summary>Drives every container record towards what is wanted of it.</summary>
internal sealed class ContainerLoop(
    ContainerReconciler reconciler, RuntimeObserver observer, ContainerPlacer placer, HostSessions sessions, IContainerRuntime runtime, IContainerStore containers,
    LiveContainers live, IAppStore apps, BandwidthKeeper bandwidth, IBus bus, TimeProvider time, ILogger<ContainerLoop> logger) : BackgroundService
{
    private static readonly TimeSpan Resync = TimeSpan.FromSeconds(5);

    /// <summary>Of all, also those that simply run: about them nothing is to be done unless a notification got lost.</summary>
    private static readonly TimeSpan ResyncAll = TimeSpan.FromSeconds(15);

    /// <summary>Of those that simply run: a process that has just begun to lead gives them their bandwidth again, and a hundred thousand not at once.</summary>
    private const int MostSettled = 1000;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await observer.Known.WaitAsync(stoppingToken).ConfigureAwait(false);
        // Whoever led before may have ended before it said what it wrote.
        live.Distrust();
        // What is here has its place before anything new gets one.
        await PatientlyAsync(() => placer.ReadAsync(stoppingToken), stoppingToken).ConfigureAwait(false);
        await PatientlyAsync(() => RemoveOrphansAsync(stoppingToken), stoppingToken).ConfigureAwait(false);
        var queue = new ReconcileQueue<ContainerId>(reconciler.ReconcileAsync, time, logger, stoppingToken);
        var (changed, named) = (new Pending<AppId>(), new Pending<ContainerId>());
        var notifications = bus.Subscribe(stoppingToken);
        await queue.WithAsync(
            ListenAsync(queue, changed, named, notifications, stoppingToken), FollowAppsAsync(queue, changed, stoppingToken), FollowSettledAsync(queue, named, stoppingToken),
            ResyncAsync(queue, stoppingToken)).ConfigureAwait(false);
    }

    private async Task ListenAsync(
        ReconcileQueue<ContainerId> queue, Pending<AppId> changed, Pending<ContainerId> named, IAsyncEnumerable<Notification> notifications, CancellationToken token)
    {
        await foreach (var notification in notifications.ConfigureAwait(false))
        {
            switch (notification)
            {
                case ContainerChanged container when live.Peek(container.ContainerId) is { } known && IsSettled(known):
                    named.Add(container.ContainerId);
                    break;
                case ContainerChanged container:
                    queue.Trigger(container.ContainerId);
                    break;
                case AppChanged app:
                    changed.Add(app.AppId);
                    break;
                case Missed:
                    await TriggerAllAsync(queue, token).ConfigureAwait(false);
                    break;
            }
        }
    }

    /// <summary>
    /// What was settled is named when somebody wants something else of it, and far more often when its host says once more what it runs: a process
    /// that begins hears that of each host. They are read together, and those that still simply run are left alone.
    /// </summary>
    private async Task FollowSettledAsync(ReconcileQueue<ContainerId> queue, Pending<ContainerId> named, CancellationToken token)
    {
        while (!token.IsCancellationRequested)
        {
            var ids = await named.TakeAsync(token).ConfigureAwait(false);
            await PacedAsync(
                async () =>
                {
                    var settled = (await live.ReadAsync(ids, token).ConfigureAwait(false)).Where(IsSettled).Select(c => c.Id).ToHashSet();
                    foreach (var id in ids.Where(i => !settled.Contains(i)))
                        queue.Trigger(id);
                },
                token).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Each of its containers says of an app that it changed: apps are looked at once for all who said so meanwhile. Where that was another process,
    /// only the records tell of what starts and ends. What boots for a formation is named itself, and looked at until it is ready; of what runs
    /// another bandwidth may be wanted.
    /// </summary>
    private async Task FollowAppsAsync(ReconcileQueue<ContainerId> queue, Pending<AppId> changed, CancellationToken token)
    {
        while (!token.IsCancellationRequested)
        {
            var ids = await changed.TakeAsync(token).ConfigureAwait(false);
            await PacedAsync(
                async () =>
                {
                    foreach (var container in await containers.ListUnsettledAsync(token).ConfigureAwait(false))
                        if (ids.Contains(container.AppId) && container is not { Wanted: true, State: ContainerState.Booting, IsOneOff: false })
                            queue.Trigger(container.Id);
                    foreach (var app in (await Task.WhenAll(ids.Select(i => apps.FindByIdAsync(i, token))).ConfigureAwait(false)).OfType<App>())
                        Trigger(queue, (await live.ReadAsync(app.Id, token).ConfigureAwait(false)).Where(c => c.State == ContainerState.Running), _ => app);
                },
                token).ConfigureAwait(false);
        }
    }

    private async Task ResyncAsync(ReconcileQueue<ContainerId> queue, CancellationToken token)
    {
        using var timer = new PeriodicTimer(Resync, time);
        var all = DateTimeOffset.MinValue;
        do
        {
            var now = time.GetUtcNow();
            if (now - all < ResyncAll)
                await PatientlyAsync(() => TriggerUnsettledAsync(queue, token), token).ConfigureAwait(false);
            else if (!await TriggerAllAsync(queue, token).ConfigureAwait(false))
                all = now;
        }
        while (await timer.WaitForNextTickAsync(token).ConfigureAwait(false));
    }

    private async Task TriggerUnsettledAsync(ReconcileQueue<ContainerId> queue, CancellationToken token)
    {
        foreach (var container in await live.ReadAsync(token).ConfigureAwait(false))
            if (container is not { Wanted: true, State: ContainerState.Running })
                queue.Trigger(container.Id);
    }

    /// <returns>True when more of those that simply run are to be looked at than at once.</returns>
    private async Task<bool> TriggerAllAsync(ReconcileQueue<ContainerId> queue, CancellationToken token)
    {
        var settled = 0;
        await PatientlyAsync(
            async () =>
            {
                var all = (await apps.ListAllAsync(token).ConfigureAwait(false)).ToDictionary(a => a.Id);
                settled = Trigger(queue, await live.ReadAsync(token).ConfigureAwait(false), all.GetValueOrDefault);
            },
            token).ConfigureAwait(false);
        return settled > MostSettled;
    }

    /// <returns>How many of those that simply run are to be looked at.</returns>
    private int Trigger(ReconcileQueue<ContainerId> queue, IEnumerable<Container> some, Func<AppId, App?> appOf)
    {
        var settled = 0;
        foreach (var container in some)
            if (!IsSettled(container) || (appOf(container.AppId) is { } app && bandwidth.IsDue(app, container) && settled++ < MostSettled))
                queue.Trigger(container.Id);
        return settled;
    }

    /// <summary>
    /// Wanted, ready and seen running: nothing is to be done about it until somebody says so. Nearly all are, on any day. While its host is not
    /// heard nobody can know what became of it; when that changes, it is named.
    /// </summary>
    private bool IsSettled(Container container) => container is { Wanted: true, State: ContainerState.Running }
        && (observer.Find(container) is { } status ? status.State == RuntimeState.Running
            : container.Host is { } host && sessions.PresenceOf(host) is HostPresence.Unknown or HostPresence.Suspected);

    private Task PacedAsync(Func<Task> work, CancellationToken token) => Pace.OfTheMachine.RestAfterAsync(() => PatientlyAsync(work, token), token);

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
