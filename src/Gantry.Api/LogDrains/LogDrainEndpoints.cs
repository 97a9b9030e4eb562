using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Gantry.Agent.Logs;
using Gantry.Api.Events;
using Gantry.Api.Http;
using Gantry.Contracts.V1;
using Gantry.Domain;
using Gantry.Domain.Logs;
using Gantry.Store.Records;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Gantry.Api.LogDrains;

internal static class LogDrainEndpoints
{
    private const int MostPerApp = 10;

    public static void MapLogDrains(this RouteGroupBuilder app)
    {
        var group = app.MapGroup("/log_drains").WithTags("Log drains");
        group.MapGet("", ListAsync).Produces<LogDrainsReply>().WithSummary("Where the lines of the app go");
        group.MapPost("", AddAsync).Produces<LogDrainReply>(StatusCodes.Status201Created).WithSummary("Send every line from now on to a log service");
        group.MapDelete("", RemoveAsync).Produces(StatusCodes.Status204NoContent).WithSummary("Stop sending; the address comes as url in the query or in the body");
    }

    private static async Task<IResult> ListAsync(TargetApp app, ILogDrainStore drains, CancellationToken token) =>
        Reply.Ok(new LogDrainsReply([.. (await drains.ListAsync(app.App.Id, token)).Select(ToWire)]));

    private static async Task<IResult> AddAsync(
        Caller caller, TargetApp app, JsonBody<CreateLogDrainRequest> body, ILogDrainStore drains, IAppLog log, Timeline timeline, TimeProvider time,
        CancellationToken token)
    {
        var asked = body.Require(b => b.Drain, "drain");
        var address = LogDrainAddress.From(new LogDrainSpec(
            asked.Type ?? "", asked.Url ?? "", asked.Host ?? "", asked.Port ?? "", asked.Token ?? "", asked.DrainRegion ?? ""));
        if (address.Refusal is { } refusal)
            return Reply.Refused(refusal);
        if ((await drains.ListAsync(app.App.Id, token)).Count >= MostPerApp)
            return Reply.Invalid("url", $"The app has {MostPerApp} log drains already. Remove one first.");
        var url = address.Value.Url.OriginalString;
        var end = await log.EndAsync(app.App.Id, LogFilter.All, token);
        var drain = new LogDrain(IdOf(app.App.Id, url), app.App.Id, url, end.ToString(), time.GetUtcNow());
        if (!await drains.AddAsync(drain, token))
            return Reply.Invalid("url", "The app has this log drain already.");
        await timeline.AddAsync("new_log_drain", caller.User, app.App, new JsonObject { ["url"] = address.Value.Shown }, token);
        return Reply.Created(new LogDrainReply(ToWire(drain)));
    }

    private static async Task<IResult> RemoveAsync(
        Caller caller, TargetApp app, string? url, JsonBody<RemoveLogDrainRequest> body, ILogDrainStore drains, Timeline timeline, CancellationToken token)
    {
        var wanted = url ?? body.Value?.Url;
        if (string.IsNullOrEmpty(wanted))
            return Reply.Error(StatusCodes.Status400BadRequest, "Say which log drain: ?url=… as the list shows it.", "bad_request");
        if (!await drains.RemoveAsync(IdOf(app.App.Id, wanted), token))
            return Reply.NotFound("log_drain", "The app has no log drain with this address.");
        var shown = LogDrainAddress.Parse(wanted) is { Refusal: null } address ? address.Value.Shown : "";
        await timeline.AddAsync("delete_log_drain", caller.User, app.App, new JsonObject { ["url"] = shown }, token);
        return Reply.NoContent();
    }

    private static string IdOf(AppId app, string url) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{app.Value} {url}")).AsSpan(0, 16));

    private static LogDrainResource ToWire(LogDrain drain) => new(drain.AppId.Value, drain.Url);
}
