using Gantry.Api.Apps;
using Gantry.Api.Auth;
using Gantry.Api.Http;
using Gantry.Agent.Logs;
using Gantry.Contracts.V1;
using Gantry.Domain;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace Gantry.Api.Logs;

internal static class LogEndpoints
{
    public static void MapLogs(this RouteGroupBuilder root, RouteGroupBuilder app)
    {
        app.MapGet("/logs", LocateAsync).Produces<LogsReply>().WithTags("Logs")
            .WithSummary("Where to read the log; add &stream=true to follow");
        root.MapGet("/apps/{appId}/logs", ReadAsync).For(Access.Anyone).WithTags("Logs").Produces<string>(contentType: "text/plain")
            .WithSummary("The last n lines, or with stream=true a WebSocket or event stream of what follows; with an empty after= also n lines of the past and positions, with positions in after= exactly where a stream broke off");
    }

    private static async Task<IResult> LocateAsync(
        TargetApp app, AppPresenter presenter, SessionTokens tokens, Addresses addresses, IOptions<ApiOptions> options, TimeProvider time,
        CancellationToken token)
    {
        var secret = tokens.Issue(SessionTokens.Logs, app.App.Id.Value, options.Value.SessionLifetime);
        return Reply.Ok(new LogsReply(await presenter.PresentAsync(app.App, token), addresses.Logs(app.App.Id, secret, time.GetUtcNow())));
    }

    private static async Task<IResult> ReadAsync(
        string appId, string? token, string? filter, string? n, string? stream, string? after, HttpContext context, SessionTokens tokens, IAppLog log,
        LogFollower follower, CancellationToken aborted)
    {
        if (tokens.Verify(SessionTokens.Logs, token) != appId)
            return Reply.Error(StatusCodes.Status401Unauthorized, "The log address has expired or is not valid: ask for a new one (GET /v1/apps/:app/logs).");
        var app = new AppId(appId);
        var parsed = LogFilter.Parse(filter);
        if (LogCount.Parse(n) is not { } count)
            return Reply.Error(StatusCodes.Status400BadRequest, $"The parameter \"n\" must be a number of lines up to {LogCount.Max}.", "bad_request");
        if (stream != "true")
            return await DumpAsync(app, parsed, count, log, aborted);
        return TryParse(after, out var from)
            ? await follower.FollowAsync(context, app, parsed, after is "" ? await log.EndAsync(app, parsed, aborted) : from, after is "" && n is not null ? count : 0, aborted)
            : Reply.Error(StatusCodes.Status400BadRequest, "The parameter \"after\" must be empty or the positions that a stream has given, separated by spaces.", "bad_request");
    }

    private static bool TryParse(string? after, out LogCursor? from)
    {
        try
        {
            from = string.IsNullOrEmpty(after) ? null : LogCursor.Parse(after);
            return true;
        }
        catch (FormatException)
        {
            from = null;
            return false;
        }
    }

    private static async Task<IResult> DumpAsync(AppId app, LogFilter filter, int count, IAppLog log, CancellationToken token)
    {
        var lines = await log.TailBatchAsync(app, filter, count, token);
        return lines.Count == 0 ? Results.NoContent() : new LogDump(lines);
    }
}
