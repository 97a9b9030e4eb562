using Gantry.Agent.Logs;
using Gantry.Bus;
using Gantry.Control.Hosts;
using Gantry.Control.Hosts.Remote;
using Gantry.Domain.Apps;
using Gantry.Domain.Containers;
using Gantry.Store.Records;
using Microsoft.Extensions.Options;

namespace Gantry.Control.Containers;

/// <summary>
/// Finds a place for a container that is about to start. One that finds none waits as long as is right for what it is: a person
/// waits for a one-off, so it is refused at once; a new release and its hook fail their deployment after a while, with the old
/// release still serving; what belongs to the current release comes as soon as there is room.
/// </summary>
internal sealed class PlacementStep(
    ContainerPlacer placer, HostSessions sessions, IContainerStore containers, IAppLog log, IBus bus, TimeProvider time, IOptions<SchedulingOptions> options,
    IOptions<RemoteHostOptions> remote)
{
    private readonly DateTimeOffset _began = time.GetUtcNow();

    /// <returns>Its place, or null and, when it is not worth waiting, why it is given up.</returns>
    public async Task<(Place? Place, string? GivenUp)> RunAsync(Container container, App app, CancellationToken token)
    {
        if (container is { Host: { } host, PlacedAt: not null })
        {
            switch (sessions.PresenceOf(host))
            {
                case HostPresence.Ready:
                    return (new Place(host, container.Placement ?? ""), null);
                case HostPresence.Lost when await IsMoveAsync(container, token).ConfigureAwait(false):
                    return (null, $"{host}, where it was to go, stopped answering.");
                case HostPresence.Lost:
                    placer.Release(container.Id);
                    await containers.UpdateAsync(container.Id, c => c with { Host = null, PlacedAt = null }, token).ConfigureAwait(false);
                    break;
                default:
                    return (null, null);
            }
        }

        // As a term begins hosts are heard one after the other: the first of them would get everything.
        if (time.GetUtcNow() - _began < remote.Value.SuspectAfter && await placer.AwaitsHostsAsync(token).ConfigureAwait(false))
            return (null, null);
        // Just after a start of this process: nobody can be refused before all hosts were heard or given up.
        var isHeard = sessions.All.All(h => h.Presence != HostPresence.Unknown);
        var found = await placer.PlaceAsync(container, app, token).ConfigureAwait(false);
        if (found.IsSuccess)
            return (found.Value, null);
        if (!isHeard)
            return (null, null);
        var why = found.Refusal!.Message;
        if (container.Placement != why)
            await TellAsync(container, why, token).ConfigureAwait(false);
        return (null, IsGivenUp(container, app) ? $"No host has room for it: {why}. Try again later, take a smaller size, or ask the operator for room." : null);
    }

    /// <summary>The one that it takes over from serves on, so it need not come anywhere.</summary>
    private async Task<bool> IsMoveAsync(Container container, CancellationToken token) =>
        container.Replaces is { } moving && await containers.FindAsync(moving, token).ConfigureAwait(false) is { State: not ContainerState.Stopped };

    /// <summary>True when nobody waits any longer for a container that has not started.</summary>
    public bool IsGivenUp(Container container, App app) =>
        container.Type == ProcessTypes.OneOff
        || ((container.IsOneOff || container.DeploymentId != app.CurrentDeploymentId) && time.GetUtcNow() - container.CreatedAt >= options.Value.PlacementTimeout);

    private async Task TellAsync(Container container, string why, CancellationToken token)
    {
        await containers.UpdateAsync(container.Id, c => c with { Placement = why }, token).ConfigureAwait(false);
        if (container.Type != ProcessTypes.OneOff)
            log.Append(container.AppId, container.Label, $"[gantry] {container.Label} waits for room: {why}");
        bus.Publish(new ContainerChanged(container.Id));
        bus.Publish(new AppChanged(container.AppId));
    }
}
