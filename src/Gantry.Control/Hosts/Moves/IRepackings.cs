using Gantry.Domain;
using Gantry.Domain.Hosts;

namespace Gantry.Control.Hosts.Moves;

/// <summary>Repackings that are carried out, as operators ask for them and see them.</summary>
public interface IRepackings
{
    /// <summary>Plans a repacking and lets it begin. One that finds nothing to better has ended at once.</summary>
    /// <param name="atOnce">Moves under way at once; null for the configured number.</param>
    /// <returns>How far it is, or why it does not begin: another one is under way, a host is being drained, or what was asked makes no sense.</returns>
    Task<Outcome<RepackingView>> BeginAsync(RepackQuestion question, int? atOnce, CancellationToken token);

    /// <summary>How far it is, or how the last one ended.</summary>
    Task<Outcome<RepackingView>> ShowAsync(CancellationToken token);

    /// <summary>Pauses it, lets it go on, or abandons it. Moves under way are finished in any case.</summary>
    /// <param name="wanted">Running, paused or abandoned; the last one is for good.</param>
    Task<Outcome<RepackingView>> ChangeAsync(RepackingState wanted, CancellationToken token);
}

/// <param name="UnderWay">Containers whose moves are under way.</param>
/// <param name="Held">Why no move is begun at the moment although it runs; null while it goes on.</param>
public sealed record RepackingView(Repacking Repacking, IReadOnlySet<ContainerId> UnderWay, string? Held);
