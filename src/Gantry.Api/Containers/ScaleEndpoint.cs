using System.Globalization;
using System.Text.Json.Nodes;
using Gantry.Api.Events;
using Gantry.Api.Http;
using Gantry.Contracts.V1;
using Gantry.Domain.Apps;
using Gantry.Domain.Operations;
using Gantry.Store.Records;
using Microsoft.AspNetCore.Http;

namespace Gantry.Api.Containers;

internal static class ScaleEndpoint
{
    public static async Task<IResult> ScaleAsync(
        HttpContext context, Caller caller, TargetApp app, JsonBody<ScaleRequest> body, IAppStore apps, Formations formations,
        OperationStarter starter, Timeline timeline, CancellationToken token)
    {
        var wanted = body.Require(b => b.Containers, "containers");
        var before = await formations.GetAsync(app.App, token);
        var applied = formations.Apply(app.App, before, wanted);
        if (applied.Refusal is { } invalid)
            return Reply.Refused(invalid);
        var after = applied.Value;
        var reply = ContainerEndpoints.ToWire(app.App.Id, after);
        if (app.App.CurrentImageId is null)
        {
            // Nothing to start yet: the first deployment will use it.
            await apps.SetFormationAsync(app.App.Id, after, token);
            await RecordAsync(timeline, caller, app, before, after, token);
            return Reply.Ok(reply);
        }

        var begun = await starter.BeginAsync(app.App.Id, OperationType.Scale, [], null, after, token);
        if (begun.Refusal is { } refusal)
            return Reply.Refused(refusal);
        await RecordAsync(timeline, caller, app, before, after, token);
        starter.PointTo(context, begun.Value);
        return Reply.Json(reply, StatusCodes.Status202Accepted);
    }

    private static Task RecordAsync(
        Timeline timeline, Caller caller, TargetApp app, IReadOnlyList<ProcessFormation> before, IReadOnlyList<ProcessFormation> after,
        CancellationToken token) => timeline.AddAsync(
            "scale", caller.User, app.App,
            new JsonObject { ["previous_containers"] = Describe(before), ["containers"] = Describe(after) }, token);

    // Strings, as the Go client decodes them, although the documentation shows numbers.
    private static JsonObject Describe(IReadOnlyList<ProcessFormation> formation) => new(formation.Select(f =>
        KeyValuePair.Create(f.Type, (JsonNode?)JsonValue.Create($"{f.Amount.ToString(CultureInfo.InvariantCulture)}:{f.Size}"))));
}
