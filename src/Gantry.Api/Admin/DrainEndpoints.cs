using System.Text.Json.Nodes;
using Gantry.Api.Events;
using Gantry.Api.Http;
using Gantry.Contracts.Admin;
using Gantry.Control.Hosts.Moves;
using Gantry.Domain;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Gantry.Api.Admin;

/// <summary>Emptying hosts.</summary>
internal static class DrainEndpoints
{
    public static void MapDrains(this RouteGroupBuilder admin)
    {
        admin.MapPost("/hosts/{host}/drain", DrainAsync).Produces<DrainReply>()
            .WithSummary("Move everything away from a host, keeping every app available; ends when the host is uncordoned");
        admin.MapGet("/hosts/{host}/drain", ShowAsync).Produces<DrainReply>()
            .WithSummary("How far a host is from being empty, and what keeps each container that is still there");
    }

    private static async Task<IResult> DrainAsync(
        string host, Caller caller, JsonBody<DrainHostRequest> body, IHostDrains drains, Timeline timeline, CancellationToken token)
    {
        var drained = await drains.DrainAsync(new HostId(host), body.Value?.Drain?.AtOnce, token);
        if (drained.IsSuccess)
            await timeline.AddOfPlatformAsync(
                "drain_host", caller.User, new JsonObject { ["host"] = host, ["at_once"] = drained.Value.Host.Drain!.AtOnce, ["containers"] = drained.Value.There.Count }, token);
        return Answer(drained);
    }

    private static async Task<IResult> ShowAsync(string host, IHostDrains drains, CancellationToken token) =>
        Answer(await drains.ShowAsync(new HostId(host), token));

    private static IResult Answer(Outcome<DrainView> outcome) => outcome.Refusal is { } refusal ? Reply.Refused(refusal) : Reply.Ok(new DrainReply(ToWire(outcome.Value)));

    private static DrainResource ToWire(DrainView view) => new(
        view.Host.Id.Value, view.There.Count == 0 ? "drained" : "draining", view.Host.Drain!.Since, view.Host.Drain.AtOnce, view.Total, view.Total - view.There.Count,
        [.. view.There.Select(d => new DrainContainer(d.Container.Id.Value, d.App, d.Container.Label, StateOf(d.State), d.To?.Value, d.Why))]);

    private static string StateOf(DepartureState state) => state switch
    {
        DepartureState.Moving => "moving",
        DepartureState.Cannot => "cannot",
        _ => "waiting",
    };
}
