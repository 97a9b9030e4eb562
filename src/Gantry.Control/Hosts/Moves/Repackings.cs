using Gantry.Bus;
using Gantry.Domain;
using Gantry.Domain.Hosts;
using Gantry.Scheduling.Repacking;
using Gantry.Store.Records;
using Microsoft.Extensions.Options;

namespace Gantry.Control.Hosts.Moves;

/// <summary>Writes down what a repacking is to do, and tells from the records alone how far it is.</summary>
internal sealed class Repackings(
    IRepackingStore repackings, HostDepartures departures, ContainerPlacer placer, IBus bus, TimeProvider time, IOptions<SchedulingOptions> options) : IRepackings
{
    public async Task<Outcome<RepackingView>> BeginAsync(RepackQuestion question, int? atOnce, CancellationToken token)
    {
        if (HostDrain.CheckAtOnce(atOnce) is { } refusal)
            return refusal;
        if (question.StopTheWorld)
            return Refusal.Invalid("stop_the_world", "is only for a plan that is shown: what is carried out keeps every app available.");
        if (await repackings.FindUnendedAsync(token).ConfigureAwait(false) is { } other)
            return Conflict(other);
        if (RepackingMoves.Drained(await departures.ReadAsync(token).ConfigureAwait(false)) is { } drained)
            return Refusal.Conflict($"Containers move away from {drained.Id}, which is drained. Repack when that is over; how far it is: gantry hosts drain {drained.Id}");
        var snapshot = await placer.ReadAsync(token).ConfigureAwait(false);
        var plan = await RepackQuestions.PlanAsync(question, snapshot, token).ConfigureAwait(false);
        if (!plan.IsSuccess)
            return plan.Refusal!;
        var records = await departures.ReadAsync(token).ConfigureAwait(false);
        var wanted = Make(question, atOnce ?? options.Value.MovesAtOnce, plan.Value, records);
        if (await repackings.BeginAsync(wanted, token).ConfigureAwait(false) is not { } begun)
            return Conflict((await repackings.FindAsync(token).ConfigureAwait(false))!);
        return View(Tell(begun), records);
    }

    public async Task<Outcome<RepackingView>> ShowAsync(CancellationToken token) =>
        await repackings.FindAsync(token).ConfigureAwait(false) is { } repacking
            ? View(repacking, await departures.ReadAsync(token).ConfigureAwait(false))
            : Refusal.NotFound("repacking", "This cluster was never repacked. What a repacking would do: gantry hosts repack --dry-run");

    public async Task<Outcome<RepackingView>> ChangeAsync(RepackingState wanted, CancellationToken token)
    {
        if (wanted == RepackingState.Done)
            return Refusal.Invalid("status", "must be running, paused or abandoned.");
        if (await repackings.FindAsync(token).ConfigureAwait(false) is not { } known)
            return await ShowAsync(token).ConfigureAwait(false);
        // It may end in between: what is answered is what became of it.
        var changed = await repackings.UpdateAsync(
            known.Number, r => r.EndedAt is null && r.State != RepackingState.Abandoned ? r with { State = wanted } : r, token).ConfigureAwait(false);
        if (changed is null || changed.State != wanted)
            return Refusal.Conflict($"Repacking {known.Number} is {(changed ?? known).State.ToString().ToLowerInvariant()} already. A new one: gantry hosts repack");
        return View(Tell(changed), await departures.ReadAsync(token).ConfigureAwait(false));
    }

    private Repacking Make(RepackQuestion question, int atOnce, RepackPlan plan, ClusterRecords records)
    {
        var (now, live) = (time.GetUtcNow(), records.Live.ToDictionary(c => c.Id));
        var moves = plan.Plan.Waves.SelectMany((wave, i) => wave.Moves.Select(m => Move(m, i + 1))).ToList();
        return new Repacking
        {
            State = moves.Count == 0 ? RepackingState.Done : RepackingState.Running, Objective = question.Objective, AtOnce = atOnce, BeganAt = now,
            EndedAt = moves.Count == 0 ? now : null, Frees = [.. plan.Report.Freed.Select(h => new HostId(h))], Moves = moves,
            Why = moves.Count > 0 ? null : string.Join(" ", plan.Report.WorstRefusals.Select(r => r.Explanation).Prepend("Nothing is better than what there is.")),
        };

        RepackingMove Move(Scheduling.Model.Move m, int wave)
        {
            var container = live.GetValueOrDefault(new ContainerId(m.ContainerId));
            var app = container is null ? null : records.Apps.GetValueOrDefault(container.AppId);
            return new RepackingMove(new ContainerId(m.ContainerId), app?.Name.Value ?? "", container?.Label ?? m.ContainerId, new HostId(m.From), new HostId(m.To), wave, m.Explanation);
        }
    }

    /// <summary>The loop that goes on with it looks whenever a container changed.</summary>
    private Repacking Tell(Repacking repacking)
    {
        if (repacking.Moves.FirstOrDefault(m => m.State == RepackingMoveState.Waiting) is { } first)
            bus.Publish(new ContainerChanged(first.Container));
        return repacking;
    }

    private static RepackingView View(Repacking repacking, ClusterRecords records) => new(
        repacking, repacking.UnderWay(records.Live),
        repacking is { State: RepackingState.Running, EndedAt: null } && RepackingMoves.Drained(records) is { } drained ? $"{drained.Id} is drained first" : null);

    private static Refusal Conflict(Repacking other) => Refusal.Conflict(
        $"Repacking {other.Number} is under way, and there is one at a time. How far it is: gantry hosts repack --status. To end it: gantry hosts repack --abandon");
}
