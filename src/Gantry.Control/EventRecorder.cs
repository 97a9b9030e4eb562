using System.Text.Json;
using System.Text.Json.Nodes;
using Gantry.Control.Work;
using Gantry.Domain.Containers;
using Gantry.Domain.Deployments;
using Gantry.Domain.Events;
using Gantry.Store.Records;

namespace Gantry.Control;

/// <summary>Writes what the loops did to the audit timeline, in the shapes of the v1 API.</summary>
internal sealed class EventRecorder(IEventStore events, IAppStore apps, TimeProvider time)
{
    public async Task CrashAsync(Container container, CrashDecision decision, CancellationToken token)
    {
        if (decision.Notify)
            await AddCrashAsync("crash", container, token).ConfigureAwait(false);
        await AddCrashAsync("repeated_crash", container, token).ConfigureAwait(false);
    }

    /// <summary>The v1 API knows no event of its own for a container that never became ready.</summary>
    public Task GaveUpAsync(Container container, CancellationToken token) => AddCrashAsync("crash", container, token);

    public Task DeploymentAsync(Deployment deployment, CancellationToken token)
    {
        var duration = (deployment.FinishedAt ?? time.GetUtcNow()) - (deployment.StartedAt ?? deployment.CreatedAt);
        var data = new JsonObject
        {
            ["deployment_id"] = deployment.Id.Value,
            ["deployment_uuid"] = deployment.Id.Value,
            ["pusher"] = deployment.PusherName,
            ["git_ref"] = deployment.GitRef,
            ["status"] = deployment.Status.ToWire(),
            ["duration"] = (int)duration.TotalSeconds,
        };
        return AddAsync("deployment", deployment.AppId, deployment.PusherId, deployment.PusherName, data, token);
    }

    private Task AddCrashAsync(string type, Container container, CancellationToken token)
    {
        var data = new JsonObject { ["container_type"] = container.Type, ["crash_logs"] = container.ExitReason ?? "", ["logs_url"] = "" };
        return AddAsync(type, container.AppId, null, "", data, token);
    }

    private async Task AddAsync(
        string type, Domain.AppId appId, Domain.UserId? user, string username, JsonObject data, CancellationToken token)
    {
        var app = await apps.FindByIdAsync(appId, token).ConfigureAwait(false);
        if (app is null)
            return;
        var json = data.ToJsonString(JsonSerializerOptions.Default);
        await events.AddAsync(new AppEvent(NewId.Event(), time.GetUtcNow(), type, user ?? app.OwnerId, username, app.Id, app.Name.Value, json), token).ConfigureAwait(false);
    }
}
