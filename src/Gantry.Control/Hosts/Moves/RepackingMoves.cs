using Gantry.Domain;
using Gantry.Domain.Containers;
using Gantry.Domain.Hosts;

namespace Gantry.Control.Hosts.Moves;

/// <summary>How far a repacking is, as the records tell it. Pure.</summary>
internal static class RepackingMoves
{
    public const string Abandoned = "the repacking was abandoned before";

    /// <summary>The wave that is under way or comes next; 0 when no move is left.</summary>
    public static int Wave(this Repacking repacking) =>
        repacking.Moves.Where(m => m.State == RepackingMoveState.Waiting).Select(m => m.Wave).DefaultIfEmpty().Min();

    /// <summary>Of the moves of this wave the containers that have a successor already.</summary>
    public static IReadOnlySet<ContainerId> UnderWay(this Repacking repacking, IReadOnlyList<Container> live)
    {
        var followed = live.Where(c => c.Replaces is not null).Select(c => c.Replaces!.Value).ToHashSet();
        var wave = repacking.Wave();
        return repacking.Moves.Where(m => m.State == RepackingMoveState.Waiting && m.Wave == wave && followed.Contains(m.Container)).Select(m => m.Container).ToHashSet();
    }

    /// <summary>Drains go first: an operator waits for their end, and what they move changes what a repacking may do.</summary>
    /// <returns>A host that something moves away from because it is drained; null when there is none.</returns>
    public static Host? Drained(ClusterRecords records) =>
        records.Hosts.FirstOrDefault(h => h.Drain is not null && Departures.From(h.Id, records).Any(d => d.State == DepartureState.Moving));

    public static Repacking GiveUp(this Repacking repacking, Func<RepackingMove, bool> which, string why) => repacking with
    {
        Moves = [.. repacking.Moves.Select(m => m.State == RepackingMoveState.Waiting && which(m) ? m.GiveUp(why) : m)],
    };
}
