using System.Text.Json.Nodes;
using Gantry.Api.Events;
using Gantry.Api.Http;
using Gantry.Bus;
using Gantry.Contracts.V1;
using Gantry.Domain;
using Gantry.Domain.Apps;
using Gantry.Store.Records;
using Microsoft.AspNetCore.Http;

namespace Gantry.Api.Apps;

/// <summary>Settings of an app, by PUT or PATCH, with or without the root key: clients do all four.</summary>
internal static class AppSettingsEndpoint
{
    public static async Task<IResult> UpdateAsync(
        Caller caller, TargetApp app, JsonBody<UpdateAppRequest> body, IAppStore apps, StackCatalog stacks, AppPresenter presenter,
        Timeline timeline, IBus bus, TimeProvider time, CancellationToken token)
    {
        var wanted = Flatten(body.Value);
        if (Check(app.App, wanted) is { } refusal)
            return Reply.Refused(refusal);
        StackId? stack = null;
        if (!string.IsNullOrEmpty(wanted.StackId))
        {
            var chosen = await stacks.ChooseAsync(wanted.StackId, token);
            if (chosen.Refusal is { } unknown)
                return Reply.Refused(unknown);
            stack = chosen.Value.Id;
        }

        var now = time.GetUtcNow();
        var updated = await apps.UpdateAsync(app.App.Id, a => Apply(a, wanted, stack, now), token);
        if (updated is null)
            return Reply.NotFound("app", $"The app {app.App.Name} was deleted a moment ago.");
        await RecordAsync(app.App, updated, caller, timeline, token);
        bus.Publish(new AppChanged(updated.Id));
        return Reply.Ok(new AppReply(await presenter.PresentAsync(updated, token)));
    }

    private static AppSettings Flatten(UpdateAppRequest? body) => body?.App ?? new AppSettings
    {
        ForceHttps = body?.ForceHttps,
        StickySession = body?.StickySession,
        RouterLogs = body?.RouterLogs,
        ProjectId = body?.ProjectId,
        StackId = body?.StackId,
        Owner = body?.Owner,
    };

    private static Refusal? Check(App app, AppSettings wanted)
    {
        if (!string.IsNullOrEmpty(wanted.Owner))
            return Refusal.Invalid("owner", "can't be changed: apps are not transferable here");
        return string.IsNullOrEmpty(wanted.ProjectId) || wanted.ProjectId == AppPresenter.DefaultProject(app.OwnerId).Id
            ? null
            : Refusal.Invalid("project_id", "is not one of your projects");
    }

    private static App Apply(App app, AppSettings wanted, StackId? stack, DateTimeOffset now) => app with
    {
        ForceHttps = wanted.ForceHttps ?? app.ForceHttps,
        StickySession = wanted.StickySession ?? app.StickySession,
        RouterLogs = wanted.RouterLogs ?? app.RouterLogs,
        StackId = stack ?? app.StackId,
        UpdatedAt = now,
    };

    private static async Task RecordAsync(App before, App after, Caller caller, Timeline timeline, CancellationToken token)
    {
        if (before.StackId != after.StackId)
            await timeline.AddAsync(
                "stack_changed", caller.User, after,
                new JsonObject { ["previous_stack_id"] = before.StackId.Value, ["current_stack_id"] = after.StackId.Value }, token);
        if (before with { StackId = after.StackId, UpdatedAt = after.UpdatedAt } != after)
            await timeline.AddAsync(
                "edit_app", caller.User, after,
                new JsonObject
                {
                    ["force_https"] = after.ForceHttps,
                    ["sticky_session"] = after.StickySession,
                    ["router_logs"] = after.RouterLogs,
                },
                token);
    }
}
