using Gantry.Api.Accounts;
using Gantry.Api.Apps;
using Gantry.Api.Deployments;
using Gantry.Api.Events;
using Gantry.Api.Http;
using Gantry.Contracts.V1;
using Gantry.Store.Records;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Gantry.Api.Admin;

/// <summary>What operators do, for apps of all owners.</summary>
internal static class AdminEndpoints
{
    public static void MapAdmin(this RouteGroupBuilder root)
    {
        var admin = root.MapGroup("/admin").For(Access.Operator).WithTags("Admin");
        admin.MapUsers();
        admin.MapPlatform();
        admin.MapHosts();
        admin.MapDrains();
        admin.MapRepackings();
        admin.MapPlatformEvents();
        admin.MapUsage();
        admin.MapBandwidth();
        admin.MapGet("/apps", ListAppsAsync).Produces<AppsReply>().WithSummary("Apps of all owners");
        admin.MapGet("/apps/{app}/deployments", ListDeploymentsAsync).Produces<DeploymentsReply>().WithSummary("Deployments of any app");
        admin.MapPost("/apps/{app}/deployments/{id}/rollback", RollbackAsync).Produces<DeploymentReply>(StatusCodes.Status201Created)
            .WithSummary("Bring the image of an earlier deployment of any app back into service");
        admin.MapDelete("/apps/{app}", PurgeAsync).Produces(StatusCodes.Status204NoContent)
            .WithSummary("Delete any app and all it has, without asking for its name");
        admin.MapDelete("/apps/{app}/caches/deployment", DeleteCacheAsync).Produces(StatusCodes.Status204NoContent)
            .WithSummary("Forget the build cache of any app");
    }

    private static async Task<IResult> ListAppsAsync(IAppStore apps, IAccountStore accounts, AppPresenter presenter, CancellationToken token)
    {
        var owners = (await accounts.ListUsersAsync(token)).ToDictionary(u => u.Id, UserDirectory.ToWire);
        var all = (await apps.ListAllAsync(token)).Where(a => a.DeletedAt is null).OrderBy(a => a.Name.Value, StringComparer.Ordinal);
        return Reply.Ok(new AppsReply(
            [.. all.Select(a => presenter.Present(a, owners.GetValueOrDefault(a.OwnerId) ?? new UserReference(a.OwnerId.Value, "", "")))]));
    }

    private static async Task<IResult> ListDeploymentsAsync(
        TargetApp target, Paging paging, IDeploymentStore deployments, DeploymentPresenter presenter, CancellationToken token)
    {
        var (page, total) = await deployments.ListAsync(target.App.Id, paging.Page, paging.PerPage, token);
        var list = new List<DeploymentResource>(page.Count);
        foreach (var deployment in page)
            list.Add(await presenter.PresentAsync(deployment, token));
        return Reply.Ok(new DeploymentsReply(list, paging.Meta(total)));
    }

    private static async Task<IResult> RollbackAsync(
        string id, Caller caller, TargetApp target, IDeploymentStore deployments, DeploymentStarter starter, DeploymentPresenter presenter,
        CancellationToken token)
    {
        if (await deployments.FindOfAsync(target.App.Id, id, token) is not { } earlier)
            return DeploymentEndpoints.Unknown(id);
        return await DeploymentEndpoints.AnswerAsync(
            await starter.RollbackAsync(target.App, caller.User, earlier, token), presenter, token);
    }

    private static async Task<IResult> PurgeAsync(Caller caller, TargetApp target, AppDeletion deletion, CancellationToken token)
    {
        await deletion.DeleteAsync(target.App, caller.User, token);
        return Reply.NoContent();
    }

    private static async Task<IResult> DeleteCacheAsync(TargetApp target, IDeploymentCache cache, CancellationToken token)
    {
        await cache.DeleteAsync(target.App.Id, token);
        return Reply.NoContent();
    }
}
