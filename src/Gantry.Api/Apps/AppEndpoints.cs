using System.Text.Json.Nodes;
using Gantry.Api.Accounts;
using Gantry.Api.Events;
using Gantry.Api.Http;
using Gantry.Bus;
using Gantry.Contracts.V1;
using Gantry.Domain.Apps;
using Gantry.Store.Records;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Gantry.Api.Apps;

internal static class AppEndpoints
{
    public static void MapApps(this RouteGroupBuilder v1, RouteGroupBuilder app)
    {
        v1.MapGet("/apps", ListAsync).Produces<AppsReply>().WithTags("Apps").WithSummary("Apps of the account");
        v1.MapPost("/apps", CreateAsync).Produces<AppReply>(StatusCodes.Status201Created).WithTags("Apps")
            .WithSummary("New app; with the header X-Dry-Run: true only checks");
        var group = app.MapGroup("").WithTags("Apps");
        group.MapGet("", ShowAsync).Produces<AppReply>().WithSummary("One app, by name or id");
        group.MapDelete("", DeleteAsync).Produces(StatusCodes.Status204NoContent)
            .WithSummary("Delete an app and all it has; current_name must repeat its name");
        group.MapPost("/rename", RenameAsync).Produces<AppReply>().WithSummary("Rename an app");
        group.MapPatch("", AppSettingsEndpoint.UpdateAsync).Produces<AppReply>().WithSummary("Change settings or the stack");
        group.MapPut("", AppSettingsEndpoint.UpdateAsync).Produces<AppReply>().WithSummary("Change settings or the stack");
    }

    private static async Task<IResult> ListAsync(Caller caller, IAppStore apps, AppPresenter presenter, CancellationToken token)
    {
        var owner = UserDirectory.ToWire(caller.User);
        var list = (await apps.ListByOwnerAsync(caller.User.Id, token)).Where(a => a.DeletedAt is null);
        return Reply.Ok(new AppsReply([.. list.OrderBy(a => a.Name.Value, StringComparer.Ordinal).Select(a => presenter.Present(a, owner))]));
    }

    private static async Task<IResult> CreateAsync(
        HttpContext context, Caller caller, JsonBody<CreateAppRequest> body, AppCreation creation, AppPresenter presenter, CancellationToken token)
    {
        var dryRun = context.Request.Headers["X-Dry-Run"] == "true";
        var created = await creation.CreateAsync(caller.User, body.Require(b => b.App, "app"), dryRun, token);
        return created.Refusal is { } refusal
            ? Reply.Refused(refusal)
            : Reply.Created(new AppReply(presenter.Present(created.Value, UserDirectory.ToWire(caller.User))));
    }

    private static async Task<IResult> ShowAsync(TargetApp app, AppPresenter presenter, CancellationToken token) =>
        Reply.Ok(new AppReply(await presenter.PresentAsync(app.App, token)));

    private static async Task<IResult> DeleteAsync(
        Caller caller, TargetApp app, string? current_name, AppDeletion deletion, CancellationToken token)
    {
        if (current_name != app.App.Name.Value)
            return Reply.Invalid("current_name", $"must repeat the name of the app ({app.App.Name}) to confirm");
        await deletion.DeleteAsync(app.App, caller.User, token);
        return Reply.NoContent();
    }

    private static async Task<IResult> RenameAsync(
        Caller caller, TargetApp app, JsonBody<RenameAppRequest> body, IAppStore apps, AppPresenter presenter, Timeline timeline,
        IBus bus, TimeProvider time, CancellationToken token)
    {
        var old = app.App.Name.Value;
        if (body.Value?.CurrentName != old)
            return Reply.Invalid("current_name", $"must repeat the name of the app ({old}) to confirm");
        var name = AppName.Parse(body.Value.NewName);
        if (name.Refusal is { } invalid)
            return Reply.Refused(invalid);
        var renamed = await apps.RenameAsync(app.App.Id, name.Value, time.GetUtcNow(), token);
        if (renamed.Refusal is { } refusal)
            return Reply.Refused(refusal);
        await timeline.AddAsync(
            "rename_app", caller.User, renamed.Value, new JsonObject { ["old_name"] = old, ["new_name"] = name.Value.Value }, token);
        bus.Publish(new AppChanged(app.App.Id));
        return Reply.Ok(new AppReply(await presenter.PresentAsync(renamed.Value, token)));
    }
}
