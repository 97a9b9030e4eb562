using System.Text.Json.Nodes;
using Gantry.Api.Apps;
using Gantry.Api.Containers;
using Gantry.Api.Events;
using Gantry.Api.Http;
using Gantry.Contracts.V1;
using Gantry.Domain.Operations;
using Gantry.Store.Records;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Gantry.Api.OneOffs;

internal static class RunEndpoint
{
    public static void MapRun(this RouteGroupBuilder app) => app.MapPost("/run", RunAsync).Produces<RunReply>()
        .WithTags("One-offs").WithSummary("Run a command in a new container; attached ones wait for CONNECT on the attach address");

    private static async Task<IResult> RunAsync(
        Caller caller, TargetApp app, JsonBody<RunRequest> body, OneOffPlan plan, IContainerStore containers, OperationStarter starter,
        Addresses addresses, Timeline timeline, CancellationToken token)
    {
        var request = body.Value ?? new RunRequest();
        var planned = await plan.MakeAsync(app.App, caller.User, request, token);
        if (planned.Refusal is { } refusal)
            return Reply.Refused(refusal);
        var container = planned.Value;
        await containers.AddAsync([container], token);
        var begun = await starter.BeginAsync(app.App.Id, OperationType.StartOneOff, [], container.Id, null, token);
        if (begun.Refusal is { } conflict)
        {
            await containers.UpdateAsync(container.Id, c => c with { Wanted = false }, token);
            return Reply.Refused(conflict);
        }

        await timeline.AddAsync(
            "run", caller.User, app.App,
            new JsonObject { ["command"] = container.Command, ["detached"] = !container.Attached, ["audit_log_id"] = "" }, token);
        return Reply.Ok(new RunReply(
            ContainerPresenter.ToWire(container), begun.Value.Id.Value, addresses.Operation(app.App.Id, begun.Value.Id),
            container.Attached ? addresses.Attach(container.Id) : null));
    }
}
