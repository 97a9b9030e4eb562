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

    private static async Task<IResult> DrainAsync(string host, JsonBody<DrainHostRequest> body, IHostDrains drains, CancellationToken token) =>
        Answer(await drains.DrainAsync(new HostId(host), body.Value?.Drain?.AtOnce, token));

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
