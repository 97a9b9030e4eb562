using System.Text.Json.Nodes;
using Gantry.Domain.Accounts;
using Gantry.Domain.Apps;
using Gantry.Domain.Events;
using Gantry.Store.Records;

namespace Gantry.Api.Events;

/// <summary>Writes what users did to the audit timeline; values of variables never go in.</summary>
internal sealed class Timeline(IEventStore events, TimeProvider time)
{
    public Task AddAsync(string type, User user, App? app, JsonObject data, CancellationToken token) => events.AddAsync(Make(type, user, app, data), token);

    /// <summary>What an operator did to the platform itself: all operators see it.</summary>
    public Task AddOfPlatformAsync(string type, User user, JsonObject data, CancellationToken token) =>
        events.AddAsync(Make(type, user, null, data) with { OfPlatform = true }, token);

    private AppEvent Make(string type, User user, App? app, JsonObject data) =>
        new(NewId.Event(), time.GetUtcNow(), type, user.Id, user.Username, app?.Id, app?.Name.Value ?? "", data.ToJsonString());
}
