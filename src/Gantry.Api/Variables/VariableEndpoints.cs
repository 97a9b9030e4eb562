using System.Text.Json.Nodes;
using Gantry.Api.Events;
using Gantry.Api.Http;
using Gantry.Contracts.V1;
using Gantry.Domain;
using Gantry.Domain.Apps;
using Gantry.Store.Records;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Gantry.Api.Variables;

internal static class VariableEndpoints
{
    public static void MapVariables(this RouteGroupBuilder app)
    {
        var group = app.MapGroup("/variables").WithTags("Environment variables");
        group.MapGet("", ListAsync).Produces<VariablesReply>().WithSummary("All variables; aliases=false resolves $OTHER");
        group.MapPost("", SetOneAsync).Produces<VariableReply>(StatusCodes.Status201Created).Produces<VariableReply>()
            .WithSummary("Create or replace one; takes effect at the next restart or deployment");
        group.MapPut("", SetManyAsync).Produces<VariablesReply>().WithSummary("Create or replace many at once");
        group.MapPatch("/{id}", ChangeAsync).Produces<VariableReply>().WithSummary("Change the value of one");
        group.MapDelete("/{id}", DeleteOneAsync).Produces(StatusCodes.Status204NoContent).WithSummary("Remove one");
        group.MapDelete("", DeleteManyAsync).Produces(StatusCodes.Status204NoContent).WithSummary("Remove many; the ids come in the body");
    }

    private static async Task<IResult> ListAsync(TargetApp app, string? aliases, IAppStore apps, CancellationToken token)
    {
        var variables = await apps.GetVariablesAsync(app.App.Id, token);
        var resolved = aliases == "false" ? VariableRules.Resolve(variables) : null;
        return Reply.Ok(new VariablesReply(
            [.. variables.OrderBy(v => v.Name, StringComparer.Ordinal).Select(v => ToWire(resolved is null ? v : v with { Value = resolved[v.Name] }))]));
    }

    private static async Task<IResult> SetOneAsync(
        Caller caller, TargetApp app, JsonBody<VariableRequest> body, VariableChanges changes, CancellationToken token)
    {
        var set = await changes.SetAsync(app.App, caller.User, [body.Require(b => b.Variable, "variable")], token);
        if (set.Refusal is { } refusal)
            return Reply.Refused(refusal);
        return Reply.Json(
            new VariableReply(ToWire(set.Value.Stored[0])), set.Value.IsNew ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }

    private static async Task<IResult> SetManyAsync(
        Caller caller, TargetApp app, JsonBody<VariablesRequest> body, VariableChanges changes, CancellationToken token)
    {
        var set = await changes.SetAsync(app.App, caller.User, body.Require(b => b.Variables, "variables"), token);
        return set.Refusal is { } refusal ? Reply.Refused(refusal) : Reply.Ok(new VariablesReply([.. set.Value.Stored.Select(ToWire)]));
    }

    private static async Task<IResult> ChangeAsync(
        string id, Caller caller, TargetApp app, JsonBody<VariableRequest> body, IAppStore apps, VariableChanges changes, CancellationToken token)
    {
        if ((await apps.GetVariablesAsync(app.App.Id, token)).FirstOrDefault(v => v.Id.Value == id) is not { } found)
            return Unknown(id);
        var wanted = body.Require(b => b.Variable, "variable");
        var set = await changes.SetAsync(app.App, caller.User, [wanted with { Name = found.Name }], token);
        return set.Refusal is { } refusal ? Reply.Refused(refusal) : Reply.Ok(new VariableReply(ToWire(set.Value.Stored[0])));
    }

    private static async Task<IResult> DeleteOneAsync(
        string id, Caller caller, TargetApp app, IAppStore apps, Timeline timeline, CancellationToken token)
    {
        var deleted = await apps.DeleteVariablesAsync(app.App.Id, [new VariableId(id)], token);
        if (deleted.Count == 0)
            return Unknown(id);
        await timeline.AddAsync(
            "delete_variable", caller.User, app.App, new JsonObject { ["name"] = deleted[0].Name, ["value"] = "" }, token);
        return Reply.NoContent();
    }

    private static async Task<IResult> DeleteManyAsync(
        Caller caller, TargetApp app, JsonBody<DeleteVariablesRequest> body, IAppStore apps, Timeline timeline, CancellationToken token)
    {
        var ids = body.Require(b => b.VariableIds, "variable_ids").OfType<string>().Select(i => new VariableId(i)).ToList();
        var deleted = await apps.DeleteVariablesAsync(app.App.Id, ids, token);
        if (deleted.Count > 0)
            await timeline.AddAsync("edit_variables", caller.User, app.App, VariableChanges.Describe([], [], deleted), token);
        return Reply.NoContent();
    }

    private static IResult Unknown(string id) => Reply.NotFound("variable", $"The app has no variable with the id {id}.");

    private static VariableResource ToWire(Variable v) => new(v.Id.Value, v.Name, v.Value);
}
