using System.Text.Json.Nodes;
using Gantry.Api.Events;
using Gantry.Contracts.V1;
using Gantry.Domain;
using Gantry.Domain.Accounts;
using Gantry.Domain.Apps;
using Gantry.Store.Records;

namespace Gantry.Api.Apps;

/// <summary>Checks and records new apps.</summary>
internal sealed class AppCreation(IAppStore apps, StackCatalog stacks, Timeline timeline, TimeProvider time)
{
    /// <param name="dryRun">Only checks; nothing is stored.</param>
    public async Task<Outcome<App>> CreateAsync(User owner, CreateAppBody wanted, bool dryRun, CancellationToken token)
    {
        var name = AppName.Parse(wanted.Name);
        if (name.Refusal is { } invalid)
            return invalid;
        if (CheckUnsupported(owner, wanted) is { } unsupported)
            return unsupported;
        var stack = await stacks.ChooseAsync(wanted.StackId, token);
        if (stack.Refusal is { } noStack)
            return noStack;
        var now = time.GetUtcNow();
        var app = new App
        {
            Id = NewId.App(), Name = name.Value, OwnerId = owner.Id, StackId = stack.Value.Id, CreatedAt = now, UpdatedAt = now,
        };
        return dryRun ? await CheckFreeAsync(app, token) : await AddAsync(app, owner, wanted, token);
    }

    private static Refusal? CheckUnsupported(User owner, CreateAppBody wanted)
    {
        if (!string.IsNullOrEmpty(wanted.ParentId))
            return Refusal.Invalid("parent_id", "is not supported here: child apps don't exist");
        if (wanted.HdsResource == true)
            return Refusal.Invalid("hds_resource", "is not supported here");
        return string.IsNullOrEmpty(wanted.ProjectId) || wanted.ProjectId == AppPresenter.DefaultProject(owner.Id).Id
            ? null
            : Refusal.Invalid("project_id", "is not one of your projects");
    }

    private async Task<Outcome<App>> CheckFreeAsync(App app, CancellationToken token) =>
        await apps.FindAsync(app.Name.Value, token) is null ? app : Refusal.Invalid("name", "has already been taken");

    private async Task<Outcome<App>> AddAsync(App app, User owner, CreateAppBody wanted, CancellationToken token)
    {
        var added = await apps.AddAsync(app, token);
        if (added.IsSuccess)
            await timeline.AddAsync("new_app", owner, added.Value, new JsonObject { ["git_source"] = wanted.GitSource ?? "" }, token);
        return added;
    }
}
