using Gantry.Control.Formation;
using Gantry.Domain;
using Gantry.Domain.Apps;
using Gantry.Domain.Containers;

namespace Gantry.Control.Hosts.Moves;

/// <summary>How far a container is from leaving its host.</summary>
public enum DepartureState
{
    /// <summary>It can be moved now.</summary>
    Free,
    /// <summary>It moves, or has moved and ends.</summary>
    Moving,
    /// <summary>It leaves, or can be moved, when something has ended.</summary>
    Waits,
    /// <summary>It can't be moved.</summary>
    Cannot,
}

/// <summary>A container that is to leave its host.</summary>
/// <param name="To">Where it moves to, once that is decided.</param>
/// <param name="Why">What it waits for, or why it can't be moved.</param>
internal sealed record Departure(Container Container, App? App, DepartureState State, HostId? To = null, string? Why = null);

/// <summary>
/// What a container has to be so that it can be moved: a second one like it is started elsewhere before it ends, so it has to serve
/// now, and alone. Pure.
/// </summary>
internal static class Departures
{
    /// <summary>Of each app one moves at once: a release that can't be started any more is found out by one container of it.</summary>
    public const string Busy = "another container of the app moves first";

    public static IReadOnlyList<Departure> From(HostId host, ClusterRecords records)
    {
        var claims = records.Live.ToLookup(c => (c.AppId, c.Type, c.Index));
        return
        [
            .. records.Live.Where(c => c.Host == host).OrderBy(c => c.AppId.Value, StringComparer.Ordinal).ThenBy(c => c.Type, StringComparer.Ordinal).ThenBy(c => c.Index)
                .Select(c => Of(c, records.Apps.GetValueOrDefault(c.AppId), claims[(c.AppId, c.Type, c.Index)])),
        ];
    }

    /// <param name="claims">What else is live of its app, type and index.</param>
    public static Departure Of(Container container, App? app, IEnumerable<Container> claims)
    {
        var others = claims.Where(c => c.Id != container.Id && Claims.IsSame(c, container)).ToList();
        if (others.Find(c => c.Replaces == container.Id) is { } next)
            return next.Wanted || !container.Wanted ? new Departure(container, app, DepartureState.Moving, next.Host) : Wait("what was to follow it ends");
        if (!container.Wanted || container.State >= ContainerState.Stopping)
            return Wait("it is about to end");
        if (container.IsOneOff)
            return Cannot(container.Type == ProcessTypes.Postdeploy
                ? "a postdeploy hook runs once: it stays until its deployment has ended"
                : "a one-off runs once and has no second copy: it stays until it ends");
        if (app is null || app.DeletedAt is not null)
            return Wait("its app is being deleted");
        if (container.DeploymentId != app.CurrentDeploymentId)
            return Wait("its release is not the current one: its deployment goes first");
        if (others.Find(c => c.Wanted && c.DeploymentId == container.DeploymentId) is { } other)
            return Claims.IsNewer(other, container)
                ? Cannot($"the container that follows it ({other.Id}) does not become ready, so this one serves on: see the app's log")
                : Wait("it has not taken over yet");
        return container.State == ContainerState.Running ? new Departure(container, app, DepartureState.Free) : Wait("it is not ready yet");

        Departure Wait(string why) => new(container, app, DepartureState.Waits, null, why);
        Departure Cannot(string why) => new(container, app, DepartureState.Cannot, null, why);
    }

    /// <summary>Moves that are under way: both containers are there.</summary>
    public static IReadOnlyList<(Container Old, Container Next)> UnderWay(IReadOnlyList<Container> live)
    {
        // Nearly always there are none, of a hundred thousand.
        var nexts = live.Where(c => c.Replaces is not null).ToList();
        if (nexts.Count == 0)
            return [];
        var replaced = nexts.Select(c => c.Replaces!.Value).ToHashSet();
        var olds = live.Where(c => replaced.Contains(c.Id)).ToDictionary(c => c.Id);
        return [.. nexts.Where(c => olds.ContainsKey(c.Replaces!.Value)).Select(next => (olds[next.Replaces!.Value], next))];
    }
}
