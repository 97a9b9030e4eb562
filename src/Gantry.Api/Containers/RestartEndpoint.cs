using System.Text.Json.Nodes;
using Gantry.Api.Events;
using Gantry.Api.Http;
using Gantry.Contracts.V1;
using Gantry.Domain.Apps;
using Gantry.Domain.Containers;
using Gantry.Domain.Operations;
using Gantry.Store.Records;
using Microsoft.AspNetCore.Http;

namespace Gantry.Api.Containers;

internal static class RestartEndpoint
{
    public static async Task<IResult> RestartAsync(
        HttpContext context, Caller caller, TargetApp app, JsonBody<RestartRequest> body, Formations formations, IContainerStore containers,
        OperationStarter starter, Timeline timeline, CancellationToken token)
    {
        if (app.App.CurrentImageId is null)
            return Reply.Invalid("app", $"has never been deployed, so there is nothing to restart: deploy {app.App.Name} first");
        var scope = (body.Value?.Scope ?? []).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        var known = Known(await formations.GetAsync(app.App, token), await containers.ListLiveAsync(app.App.Id, token));
        if (scope.FirstOrDefault(s => !known.Contains(s)) is { } unknown)
            return Reply.Invalid(
                "scope", $"has \"{unknown}\", which is neither a process type nor a container of this app; there are: {string.Join(", ", known)}");
        var begun = await starter.BeginAsync(app.App.Id, OperationType.Restart, scope, null, null, token);
        if (begun.Refusal is { } refusal)
            return Reply.Refused(refusal);
        await timeline.AddAsync("restart", caller.User, app.App, Describe(scope), token);
        starter.PointTo(context, begun.Value);
        return Results.StatusCode(StatusCodes.Status202Accepted);
    }

    private static SortedSet<string> Known(IReadOnlyList<ProcessFormation> formation, IReadOnlyList<Container> live)
    {
        var wanted = formation.SelectMany(f => Enumerable.Range(1, f.Amount).Select(i => $"{f.Type}-{i}").Prepend(f.Type));
        return new SortedSet<string>(wanted.Concat(live.Where(c => !c.IsOneOff).Select(c => c.Label)), StringComparer.Ordinal);
    }

    private static JsonObject Describe(List<string> scope) => new()
    {
        ["scope"] = new JsonArray([.. scope.Select(s => JsonValue.Create(s))]),
        ["reason"] = "user_restart",
    };
}
