using Gantry.Api.Http;
using Gantry.Contracts.V1;
using Gantry.Domain;
using Gantry.Domain.Apps;
using Gantry.Store.Records;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Gantry.Api.Containers;

internal static class ContainerEndpoints
{
    public static void MapContainers(this RouteGroupBuilder app)
    {
        var group = app.MapGroup("").WithTags("Containers");
        group.MapGet("/ps", ListAsync).Produces<ContainersReply>().WithSummary("Containers that run now");
        group.MapGet("/containers", FormationAsync).Produces<FormationReply>().WithSummary("Formation: how many of each type are wanted");
        group.MapPost("/scale", ScaleEndpoint.ScaleAsync)
            .Produces<FormationReply>(StatusCodes.Status202Accepted).Produces<FormationReply>()
            .WithSummary("Change the formation; follow the operation in Location");
        group.MapPost("/restart", RestartEndpoint.RestartAsync).Produces(StatusCodes.Status202Accepted)
            .WithSummary("Restart all containers, or those in scope; follow the operation in Location");
        group.MapGet("/operations/{id}", OperationAsync).Produces<OperationReply>().WithSummary("Progress of a scale, restart or one-off start");
        group.MapPost("/containers/{id}/stop", StopEndpoints.StopAsync).Produces(StatusCodes.Status202Accepted).WithSummary("Stop a one-off");
        group.MapPost("/containers/{id}/kill", StopEndpoints.KillAsync).Produces(StatusCodes.Status204NoContent)
            .WithSummary("Send SIGUSR1 or SIGUSR2 to a container's first process");
        group.MapGet("/stats", StatsEndpoint.ShowAsync).Produces<StatsReply>().WithSummary("CPU and memory of the running containers");
    }

    private static async Task<IResult> ListAsync(TargetApp app, IContainerStore containers, CancellationToken token)
    {
        var live = await containers.ListLiveAsync(app.App.Id, token);
        return Reply.Ok(new ContainersReply(
            [.. live.OrderBy(c => c.Type, StringComparer.Ordinal).ThenBy(c => c.Index).ThenBy(c => c.CreatedAt).Select(ContainerPresenter.ToWire)]));
    }

    private static async Task<IResult> FormationAsync(TargetApp app, Formations formations, CancellationToken token) =>
        Reply.Ok(ToWire(app.App.Id, await formations.GetAsync(app.App, token)));

    private static async Task<IResult> OperationAsync(
        string id, TargetApp app, IAppStore apps, OperationPresenter presenter, CancellationToken token) =>
        await apps.FindOperationAsync(app.App.Id, new OperationId(id), token) is { } operation
            ? Reply.Ok(new OperationReply(await presenter.PresentAsync(operation, token)))
            : Reply.NotFound("operation", $"The app has no operation with the id {id}.");

    internal static FormationReply ToWire(AppId app, IEnumerable<ProcessFormation> formation) =>
        new([.. formation.Select(f => new FormationResource(app.Value, f.Type, f.Amount, f.Size, f.Command))]);
}
