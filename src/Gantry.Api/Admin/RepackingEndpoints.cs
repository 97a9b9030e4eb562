using System.Text.Json.Nodes;
using Gantry.Api.Events;
using Gantry.Api.Http;
using Gantry.Contracts.Admin;
using Gantry.Control.Hosts;
using Gantry.Control.Hosts.Moves;
using Gantry.Domain;
using Gantry.Domain.Hosts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Gantry.Api.Admin;

/// <summary>Repackings that are carried out.</summary>
internal static class RepackingEndpoints
{
    private const string Path = "/cluster/repacking";

    public static void MapRepackings(this RouteGroupBuilder admin)
    {
        admin.MapPost(Path, BeginAsync).Produces<RepackingProgressReply>(StatusCodes.Status201Created)
            .WithSummary("Move containers to a better assignment of the whole cluster, keeping every app available; one repacking at a time");
        admin.MapPatch(Path, ChangeAsync).Produces<RepackingProgressReply>()
            .WithSummary("Pause the repacking, let it run on, or abandon it: what is moved stays moved, and moves under way are finished");
        admin.MapGet($"{Path}/progress", ShowAsync).Produces<RepackingProgressReply>()
            .WithSummary("How far the repacking is, or how the last one ended");
    }

    private static async Task<IResult> BeginAsync(
        Caller caller, JsonBody<BeginRepackingRequest> body, IRepackings repackings, Timeline timeline, CancellationToken token)
    {
        var wanted = body.Value?.Repacking;
        var question = new RepackQuestion(wanted?.Objective ?? "fewest-hosts", wanted?.MaxMoved ?? 1, PricePerHost: 0, StopTheWorld: false);
        var begun = await repackings.BeginAsync(question, wanted?.AtOnce, token);
        if (begun.Refusal is { } refusal)
            return Reply.Refused(refusal);
        var data = Describe(begun.Value);
        (data["objective"], data["max_moved"], data["at_once"]) = (question.Objective, question.MaxMovedShare, begun.Value.Repacking.AtOnce);
        await timeline.AddOfPlatformAsync("begin_repacking", caller.User, data, token);
        return Reply.Created(ToWire(begun.Value));
    }

    private static async Task<IResult> ChangeAsync(
        Caller caller, JsonBody<ChangeRepackingRequest> body, IRepackings repackings, Timeline timeline, CancellationToken token)
    {
        (RepackingState State, string Event)? wanted = body.Require(b => b.Repacking, "repacking").Status switch
        {
            "running" => (RepackingState.Running, "resume_repacking"),
            "paused" => (RepackingState.Paused, "pause_repacking"),
            "abandoned" => (RepackingState.Abandoned, "abandon_repacking"),
            _ => null,
        };
        if (wanted is not { } asked)
            return Reply.Refused(Refusal.Invalid("status", "must be running, paused or abandoned"));
        var changed = await repackings.ChangeAsync(asked.State, token);
        if (changed.IsSuccess)
            await timeline.AddOfPlatformAsync(asked.Event, caller.User, Describe(changed.Value), token);
        return Answer(changed);
    }

    private static JsonObject Describe(RepackingView view) => new() { ["number"] = view.Repacking.Number, ["moves"] = view.Repacking.Moves.Count };

    private static async Task<IResult> ShowAsync(IRepackings repackings, CancellationToken token) => Answer(await repackings.ShowAsync(token));

    private static IResult Answer(Outcome<RepackingView> outcome) => outcome.Refusal is { } refusal ? Reply.Refused(refusal) : Reply.Ok(ToWire(outcome.Value));

    private static RepackingProgressReply ToWire(RepackingView view)
    {
        var r = view.Repacking;
        return new RepackingProgressReply(new RepackingProgress(
            r.Number, StatusOf(view), r.Objective, r.AtOnce, r.BeganAt, r.EndedAt, r.Moves.Count, Count(RepackingMoveState.Moved), Count(RepackingMoveState.GivenUp),
            [.. r.Frees.Select(h => h.Value)], [.. r.Freed.Select(h => h.Value)], r.Why ?? view.Held, [.. r.Moves.Select(m => ToWire(m, view.UnderWay))]));

        int Count(RepackingMoveState state) => r.Moves.Count(m => m.State == state);
    }

    private static RepackingMoveResource ToWire(RepackingMove m, IReadOnlySet<ContainerId> underWay) => new(
        m.Container.Value, m.App, m.Label, m.From.Value, m.To.Value, m.Wave,
        m.State switch
        {
            RepackingMoveState.Moved => "moved",
            RepackingMoveState.GivenUp => "given_up",
            _ => underWay.Contains(m.Container) ? "moving" : "waiting",
        },
        m.Why);

    private static string StatusOf(RepackingView view) => view.Repacking switch
    {
        { State: RepackingState.Paused } when view.UnderWay.Count > 0 => "pausing",
        { State: RepackingState.Abandoned, EndedAt: null } => "abandoning",
        var r => r.State.ToString().ToLowerInvariant(),
    };
}
