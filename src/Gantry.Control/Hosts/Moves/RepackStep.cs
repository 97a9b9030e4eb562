using Gantry.Control.Hosts.Remote;
using Gantry.Domain;
using Gantry.Domain.Containers;
using Gantry.Domain.Hosts;
using Gantry.Store.Records;
using Microsoft.Extensions.Logging;

namespace Gantry.Control.Hosts.Moves;

/// <summary>
/// Goes on with a repacking: notes what became of the moves of this wave, and begins as many as may be under way at once. What was begun
/// is told by the containers and noted nowhere else, so a process may end after any step.
/// </summary>
internal sealed partial class RepackStep(
    IRepackingStore repackings, IContainerStore containers, HostDepartures departures, MoveFailures failures, ContainerMover mover, ContainerPlacer placer,
    HostSessions sessions, TimeProvider time, ILogger<RepackStep> logger)
{
    public async Task RunAsync(CancellationToken token)
    {
        if (await repackings.FindUnendedAsync(token).ConfigureAwait(false) is not { } found)
            return;
        var records = await departures.ReadAsync(token).ConfigureAwait(false);
        var next = await LookAsync(found, records, token).ConfigureAwait(false);
        if (found.State == RepackingState.Running)
            next = await BeginAsync(next, records, token).ConfigureAwait(false);
        else if (found.State == RepackingState.Abandoned)
            next = WithoutTheRest(next, next.Wave(), next.UnderWay(records.Live));
        if (next.Wave() == 0)
            next = next with { EndedAt = time.GetUtcNow(), Freed = [.. next.Frees.Where(h => records.Live.All(c => c.Host != h))] };
        if (next.EndedAt is not null || !next.Moves.SequenceEqual(found.Moves))
            await SaveAsync(found, next, token).ConfigureAwait(false);
    }

    private static Repacking WithoutTheRest(Repacking repacking, int wave, IReadOnlySet<ContainerId> underWay) =>
        repacking.GiveUp(m => m.Wave != wave || !underWay.Contains(m.Container), RepackingMoves.Abandoned);

    /// <summary>What operators decided meanwhile stays.</summary>
    private async Task SaveAsync(Repacking found, Repacking next, CancellationToken token)
    {
        foreach (var (move, before) in next.Moves.Zip(found.Moves).Where(m => m.First.State == RepackingMoveState.GivenUp && m.Second.State != RepackingMoveState.GivenUp))
            Log.GivenUp(logger, before.Label, before.App, before.From.Value, before.To.Value, move.Why);
        var saved = await repackings.UpdateAsync(
            found.Number,
            r => r with
            {
                Moves = next.Moves, Freed = next.Freed, Why = next.Why, EndedAt = next.EndedAt,
                State = next.EndedAt is null || r.State == RepackingState.Abandoned ? r.State : RepackingState.Done,
            },
            token).ConfigureAwait(false);
        if (saved?.EndedAt is not null)
            Log.Ended(logger, saved.Number, saved.State, saved.Moves.Count(m => m.State == RepackingMoveState.Moved), saved.Moves.Count, string.Join(", ", saved.Freed));
    }

    private async Task<Repacking> LookAsync(Repacking repacking, ClusterRecords records, CancellationToken token)
    {
        var (moves, wave) = (repacking.Moves.ToList(), repacking.Wave());
        for (var i = 0; i < moves.Count; i++)
        {
            if (moves[i] is not { State: RepackingMoveState.Waiting } move || move.Wave != wave)
                continue;
            var (looked, next) = await LookAsync(move, repacking.BeganAt, records.Live, token).ConfigureAwait(false);
            // What steps aside goes on from there later, under the id that it has then.
            if (next is { } id)
                moves = moves.ConvertAll(m => m.State == RepackingMoveState.Waiting && m.Container == move.Container ? m with { Container = id } : m);
            moves[i] = looked;
        }

        return repacking with { Moves = moves };
    }

    /// <returns>The move as it is now, and the container that it made once it is over.</returns>
    private async Task<(RepackingMove Move, ContainerId? Next)> LookAsync(RepackingMove move, DateTimeOffset since, IReadOnlyList<Container> live, CancellationToken token)
    {
        var next = live.FirstOrDefault(c => c.Replaces == move.Container);
        if (live.FirstOrDefault(c => c.Id == move.Container) is { } old)
            // One try: what does not become ready elsewhere would not on a second one, and nobody waits for this move.
            return next is null && await failures.FindAsync(old, token).ConfigureAwait(false) is { } failure && failure.TriedAt >= since
                ? (move.GiveUp($"its successor did not become ready: {failure.Why}"), null) : (move, null);
        next ??= await FindEndedAsync(move.Container, token).ConfigureAwait(false);
        return next switch
        {
            { ReadyAt: not null } when next.Host == move.To => (move with { State = RepackingMoveState.Moved }, next.Id),
            { ReadyAt: not null } => (move.GiveUp($"it has moved to {next.Host}"), null),
            { State: < ContainerState.Stopped } => (move, null),
            _ => (move.GiveUp("it does not run any more"), null),
        };
    }

    /// <summary>It was moved, and what took its place has ended since.</summary>
    private async Task<Container?> FindEndedAsync(ContainerId moved, CancellationToken token) =>
        await containers.FindAsync(moved, token).ConfigureAwait(false) is { } old
            ? (await containers.ListByDeploymentAsync(old.AppId, old.DeploymentId, token).ConfigureAwait(false)).LastOrDefault(c => c.Replaces == moved) : null;

    private async Task<Repacking> BeginAsync(Repacking repacking, ClusterRecords records, CancellationToken token)
    {
        var underWay = repacking.UnderWay(records.Live);
        if (RepackingMoves.Drained(records) is not null)
            return repacking;
        if (underWay.Count == 0)
        {
            // Of a host that is not heard at the moment nobody knows yet whether it is lost; after a change of the leader that is all of them.
            if (repacking.Moves.Any(m => m.State == RepackingMoveState.Waiting && (IsUncertain(m.From) || IsUncertain(m.To))))
                return repacking;
            repacking = RepackingCheck.Run(repacking, await placer.ReadAsync(token).ConfigureAwait(false), records);
        }

        var (moves, wave, free) = (repacking.Moves.ToList(), repacking.Wave(), repacking.AtOnce - underWay.Count);
        var apps = records.Live.ToLookup(c => c.AppId);
        for (var i = 0; i < moves.Count && free > 0; i++)
        {
            if (moves[i] is not { State: RepackingMoveState.Waiting } move || move.Wave != wave || underWay.Contains(move.Container))
                continue;
            var container = records.Live.FirstOrDefault(c => c.Id == move.Container);
            if (container is null || sessions.PresenceOf(move.From) != HostPresence.Ready || sessions.PresenceOf(move.To) != HostPresence.Ready)
                continue;
            var departure = Departures.Of(container, records.Apps.GetValueOrDefault(container.AppId), apps[container.AppId]);
            var why = departure.State == DepartureState.Cannot ? departure.Why
                : departure.State == DepartureState.Free ? await TryAsync(move, container, token).ConfigureAwait(false) : Departures.Busy;
            if (why is null)
                free--;
            else if (why != Departures.Busy)
                moves[i] = move.GiveUp(why);
        }

        return repacking with { Moves = moves };
    }

    /// <returns>Null when the move has begun, else why not.</returns>
    private async Task<string?> TryAsync(RepackingMove move, Container container, CancellationToken token)
    {
        var begun = await mover.BeginAsync([new MoveRequest(container, move.To, move.Why)], token).ConfigureAwait(false);
        if (begun.IsSuccess)
            Log.Begun(logger, move.Label, move.App, move.From.Value, move.To.Value, move.Why);
        return begun.Refusal?.Message;
    }

    private bool IsUncertain(HostId host) => sessions.PresenceOf(host) is HostPresence.Unknown or HostPresence.Suspected;

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "{Label} of {App} moves from {Host} to {Target} for the repacking: {Why}")]
        public static partial void Begun(ILogger logger, string label, string app, string host, string target, string why);

        [LoggerMessage(2, LogLevel.Warning, "{Label} of {App} is not moved from {Host} to {Target} for the repacking: {Why}")]
        public static partial void GivenUp(ILogger logger, string label, string app, string host, string target, string why);

        [LoggerMessage(3, LogLevel.Information, "Repacking {Number} is {State}: {Moved} of {Total} moved, freed: {Freed}")]
        public static partial void Ended(ILogger logger, long number, RepackingState state, int moved, int total, string freed);
    }
}
