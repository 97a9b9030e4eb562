using Gantry.Api.Http;
using Gantry.Contracts.V1;
using Gantry.Domain;
using Gantry.Domain.Deployments;
using Gantry.Store.Records;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Gantry.Api.Deployments;

internal static class DeploymentEndpoints
{
    public static void MapDeployments(this RouteGroupBuilder app)
    {
        var group = app.MapGroup("/deployments").WithTags("Deployments");
        group.MapGet("", ListAsync).Produces<DeploymentsReply>().WithSummary("Deployments, newest first");
        group.MapPost("", CreateAsync).Produces<DeploymentReply>(StatusCodes.Status201Created)
            .WithSummary("Deploy an archive (tar.gz with one root folder) from an address or from an uploaded source");
        group.MapGet("/{id}", ShowAsync).Produces<DeploymentReply>().WithSummary("One deployment");
        group.MapGet("/{id}/output", OutputAsync).Produces<string>(contentType: "text/plain").WithSummary("Output of a deployment as text");
        group.MapPost("/{id}/rollback", RollbackAsync).Produces<DeploymentReply>(StatusCodes.Status201Created)
            .WithSummary("Bring the image of an earlier deployment back into service (an addition of this platform)");
        app.MapDelete("/caches/deployment", DeleteCacheAsync).Produces(StatusCodes.Status204NoContent)
            .WithTags("Deployments").WithSummary("Forget what earlier builds cached");
    }

    private static async Task<IResult> ListAsync(
        TargetApp app, Paging paging, IDeploymentStore deployments, DeploymentPresenter presenter, CancellationToken token)
    {
        var (page, total) = await deployments.ListAsync(app.App.Id, paging.Page, paging.PerPage, token);
        var list = new List<DeploymentResource>(page.Count);
        foreach (var deployment in page)
            list.Add(await presenter.PresentAsync(deployment, token));
        return Reply.Ok(new DeploymentsReply(list, paging.Meta(total)));
    }

    private static async Task<IResult> CreateAsync(
        Caller caller, TargetApp app, JsonBody<CreateDeploymentRequest> body, DeploymentStarter starter, DeploymentPresenter presenter,
        CancellationToken token)
    {
        var wanted = body.Require(b => b.Deployment, "deployment");
        var started = await starter.FromArchiveAsync(app.App, caller.User, wanted, token);
        return await AnswerAsync(started, presenter, token);
    }

    private static async Task<IResult> ShowAsync(
        string id, TargetApp app, IDeploymentStore deployments, DeploymentPresenter presenter, CancellationToken token) =>
        await deployments.FindOfAsync(app.App.Id, id, token) is { } found
            ? Reply.Ok(new DeploymentReply(await presenter.PresentAsync(found, token)))
            : Unknown(id);

    private static async Task<IResult> OutputAsync(string id, TargetApp app, IDeploymentStore deployments, CancellationToken token)
    {
        if (await deployments.FindOfAsync(app.App.Id, id, token) is null)
            return Unknown(id);
        var output = await deployments.ReadOutputAsync(new DeploymentId(id), 0, token);
        return string.IsNullOrEmpty(output)
            ? Reply.NotFound("output", "The deployment has written nothing yet.")
            : Results.Text(output, "text/plain; charset=utf-8");
    }

    private static async Task<IResult> RollbackAsync(
        string id, Caller caller, TargetApp app, IDeploymentStore deployments, DeploymentStarter starter, DeploymentPresenter presenter,
        CancellationToken token)
    {
        if (await deployments.FindOfAsync(app.App.Id, id, token) is not { } earlier)
            return Unknown(id);
        return await AnswerAsync(await starter.RollbackAsync(app.App, caller.User, earlier, token), presenter, token);
    }

    private static async Task<IResult> DeleteCacheAsync(TargetApp app, IDeploymentCache cache, CancellationToken token)
    {
        await cache.DeleteAsync(app.App.Id, token);
        return Reply.NoContent();
    }

    internal static async Task<IResult> AnswerAsync(Outcome<Deployment> started, DeploymentPresenter presenter, CancellationToken token) =>
        started.Refusal is { } refusal
            ? Reply.Refused(refusal)
            : Reply.Created(new DeploymentReply(await presenter.PresentAsync(started.Value, token)));

    /// <summary>A deployment of that app only: an id of another app's finds nothing.</summary>
    internal static async Task<Deployment?> FindOfAsync(this IDeploymentStore deployments, AppId app, string id, CancellationToken token) =>
        await deployments.FindAsync(new DeploymentId(id), token) is { } found && found.AppId == app ? found : null;

    internal static IResult Unknown(string id) => Reply.NotFound("deployment", $"The app has no deployment with the id {id}.");
}
