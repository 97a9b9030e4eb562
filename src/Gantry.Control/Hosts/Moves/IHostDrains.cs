using Gantry.Domain;
using Gantry.Domain.Containers;
using Gantry.Domain.Hosts;

namespace Gantry.Control.Hosts.Moves;

/// <summary>Emptying hosts, as operators ask for it and see it.</summary>
public interface IHostDrains
{
    /// <summary>
    /// Lets the host take nothing more and moves everything away, until it is uncordoned. A host that is drained already goes on with
    /// the other number of moves.
    /// </summary>
    /// <param name="atOnce">Moves under way at once; null for the configured number.</param>
    /// <returns>How far it is, or why it is not drained.</returns>
    Task<Outcome<DrainView>> DrainAsync(HostId id, int? atOnce, CancellationToken token);

    /// <summary>How far it is, and of each container that is still there what keeps it.</summary>
    Task<Outcome<DrainView>> ShowAsync(HostId id, CancellationToken token);
}

/// <param name="Total">Containers that were to leave: those there at the beginning, or those there now if they are more.</param>
/// <param name="There">What is still there.</param>
public sealed record DrainView(Host Host, int Total, IReadOnlyList<DepartureView> There);

/// <param name="App">Name of its app; null when that is gone.</param>
/// <param name="To">Where it moves to, once that is decided.</param>
/// <param name="Why">What it waits for, or why it can't be moved.</param>
public sealed record DepartureView(Container Container, string? App, DepartureState State, HostId? To, string? Why);
