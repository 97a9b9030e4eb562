using Gantry.Agent.Runtime;
using Gantry.Bus;
using Gantry.Control.Hosts;
using Gantry.Control.Hosts.Remote;
using Gantry.Control.Routes;
using Gantry.Domain;
using Gantry.Domain.Containers;
using Gantry.Store.Records;
using Microsoft.Extensions.Options;

namespace Gantry.Control.Containers;

/// <summary>One step for one container: start it, see whether it is ready, note its end. Repeatable at any time.</summary>
internal sealed class ContainerReconciler(
    IContainerStore containers, IContainerRuntime runtime, RuntimeObserver observer, ContainerStarter starter, ContainerStopper stopper,
    CrashHandler crashes, BandwidthKeeper bandwidth, ContainerPlacer placer, BootTurns turns, HostSessions sessions, OtherRouters routers, IBus bus, TimeProvider time, IOptions<ControlOptions> options)
{
    private static readonly TimeSpan ReadinessPoll = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan HostPoll = TimeSpan.FromSeconds(1);

    /// <returns>When to look again without being told, or null.</returns>
    public async Task<TimeSpan?> ReconcileAsync(ContainerId id, CancellationToken token)
    {
        var container = await containers.FindAsync(id, token).ConfigureAwait(false);
        // Builds run without a record: they are the builder's.
        if (container is null)
            return null;
        try
        {
            return await StepAsync(container, token).ConfigureAwait(false);
        }
        catch (StoreException)
        {
            // What failed may be written all the same, and the next try then finds nothing left to do or to say: who follows the app looks.
            bus.Publish(new AppChanged(container.AppId));
            throw;
        }
    }

    private async Task<TimeSpan?> StepAsync(Container container, CancellationToken token)
    {
        if (container.State == ContainerState.Stopped)
        {
            await ForgetAsync(container.Id, token).ConfigureAwait(false);
            return null;
        }

        var status = observer.Find(container);
        if (status?.State == RuntimeState.Exited)
            return await EndAsync(container, status, token).ConfigureAwait(false);
        if (status is null && container.StartedAt is not null)
            return await MissAsync(container, token).ConfigureAwait(false);
        if (status is null && container.BootFailed)
            return await EndAsync(container, null, token).ConfigureAwait(false);
        if (!container.Wanted)
            // A one-off that still waits for its user has nothing to drain and no process to signal.
            return status is null or { State: RuntimeState.Created }
                ? await EndAsync(container, null, token).ConfigureAwait(false)
                : await stopper.StepAsync(container, token).ConfigureAwait(false);
        if (status is null || container.StartedAt is null)
            return await starter.StepAsync(container, token).ConfigureAwait(false);
        return await ObserveAsync(container, status, token).ConfigureAwait(false);
    }

    /// <summary>Nobody reports a container that was started. While its host is not heard nobody can know what became of it.</summary>
    private Task<TimeSpan?> MissAsync(Container container, CancellationToken token) =>
        (container.Host is { } host ? sessions.PresenceOf(host) : HostPresence.Ready) switch
        {
            HostPresence.Ready => EndAsync(container, Lost(container, CrashHandler.HostRestarted), token),
            HostPresence.Lost => EndAsync(container, Lost(container, CrashHandler.HostLost), token),
            _ => Task.FromResult<TimeSpan?>(HostPoll),
        };

    private async Task<TimeSpan?> ObserveAsync(Container container, ContainerStatus status, CancellationToken token)
    {
        var age = time.GetUtcNow() - container.StartedAt!.Value;
        if (status.State == RuntimeState.Running)
            await bandwidth.StepAsync(container, token).ConfigureAwait(false);
        if (container.Attached && status.State == RuntimeState.Created)
            return await ExpireUnattachedAsync(container, age, token).ConfigureAwait(false);
        if (container.State != ContainerState.Booting)
            return null;
        if (container.BootFailed)
            return await KillAsync(container, token).ConfigureAwait(false);
        if (!ProcessTypes.Listens(container.Type) || await Readiness.AcceptsAsync(container.Address!, container.Port, token).ConfigureAwait(false))
        {
            await MarkReadyAsync(container, token).ConfigureAwait(false);
            return null;
        }

        if (age < options.Value.ReadyTimeout)
            return ReadinessPoll;
        await MarkFailedAsync(container, token).ConfigureAwait(false);
        return await KillAsync(container, token).ConfigureAwait(false);
    }

    private async Task MarkReadyAsync(Container container, CancellationToken token)
    {
        var now = time.GetUtcNow();
        await routers.ChangeAsync(container, c => c with { State = ContainerState.Running, ReadyAt = now }, token).ConfigureAwait(false);
        turns.End(container.Id);
        Publish(container);
    }

    /// <summary>Noted before the kill: a daemon that is killed in between must not take the end for a crash.</summary>
    private Task<Container?> MarkFailedAsync(Container container, CancellationToken token)
    {
        var seconds = options.Value.ReadyTimeout.TotalSeconds;
        var reason = $"It did not accept connections on port {container.Port} within {seconds:0} s. Listen on 0.0.0.0 and the port in the PORT variable.";
        return containers.UpdateAsync(container.Id, c => c with { BootFailed = true, ExitReason = reason }, token);
    }

    private async Task<TimeSpan?> KillAsync(Container container, CancellationToken token)
    {
        await runtime.SignalAsync(container.Id, 9, token).ConfigureAwait(false);
        return TimeSpan.FromSeconds(1);
    }

    private async Task<TimeSpan?> ExpireUnattachedAsync(Container container, TimeSpan age, CancellationToken token)
    {
        if (age < options.Value.AttachTimeout)
            return options.Value.AttachTimeout - age + TimeSpan.FromSeconds(1);
        await containers.UpdateAsync(container.Id, c => c with { Wanted = false, ExitReason = "Nobody attached to it." }, token).ConfigureAwait(false);
        return TimeSpan.Zero;
    }

    /// <summary>Notes the end first and frees the resources afterwards: killed in between, the orphan is found at the next start.</summary>
    private async Task<TimeSpan?> EndAsync(Container container, ContainerStatus? status, CancellationToken token)
    {
        var ended = EndOf(container, status);
        Container End(Container c) => c with { State = ContainerState.Stopped, StoppedAt = ended, ExitCode = status?.ExitCode, ExitReason = c.ExitReason ?? status?.ExitReason };
        if (status is not null || container.BootFailed)
            await crashes.EndAsync(container, End, token).ConfigureAwait(false);
        else
            await containers.UpdateAsync(container.Id, End, token).ConfigureAwait(false);
        await ForgetAsync(container.Id, token).ConfigureAwait(false);
        Publish(container);
        return null;
    }

    /// <summary>By this process's clock. What its host says of the time is believed as far as it can be true: how long it ran, and else that it ended after its start and before now.</summary>
    private DateTimeOffset EndOf(Container container, ContainerStatus? status)
    {
        var now = time.GetUtcNow();
        var started = container.StartedAt ?? now;
        var ended = status is { StartedUptime: { } from, ExitedUptime: { } to } ? started + (to - from) : status?.ExitedAt ?? now;
        return ended > now ? now : ended < started ? started : ended;
    }

    private async Task ForgetAsync(ContainerId id, CancellationToken token)
    {
        await runtime.RemoveAsync(id, token).ConfigureAwait(false);
        observer.Forget(id);
        stopper.Forget(id);
        bandwidth.Forget(id);
        placer.Release(id);
        turns.End(id);
    }

    private void Publish(Container container)
    {
        bus.Publish(new ContainerChanged(container.Id));
        bus.Publish(new AppChanged(container.AppId));
    }

    private ContainerStatus Lost(Container container, string reason) =>
        new(container.Id, RuntimeState.Exited, null, container.StartedAt, time.GetUtcNow(), null, false, reason);
}
