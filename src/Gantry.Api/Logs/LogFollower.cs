using Gantry.Agent.Logs;
using Gantry.Api.Http;
using Gantry.Contracts.V1;
using Gantry.Domain;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace Gantry.Api.Logs;

/// <summary>Sends lines as they come, by WebSocket or as an event stream, with a keep-alive in between.</summary>
internal sealed class LogFollower(IAppLog log, Shutdown shutdown, IOptions<ApiOptions> options, TimeProvider time)
{
    public async Task<IResult> FollowAsync(HttpContext context, AppId app, LogFilter filter, LogCursor? from, int past, CancellationToken aborted)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(aborted, shutdown.Token);
        if (context.WebSockets.IsWebSocketRequest)
        {
            using var webSocket = await context.WebSockets.AcceptWebSocketAsync();
            await SocketSession.RunAsync(
                new JsonSocket(webSocket), token => PumpAsync(app, filter, from, past, new SocketSink(webSocket), token), ended.Token);
        }
        else
        {
            await StreamEventsAsync(context, app, filter, from, past, ended.Token);
        }

        return Results.Empty;
    }

    private async Task StreamEventsAsync(HttpContext context, AppId app, LogFilter filter, LogCursor? from, int past, CancellationToken ended)
    {
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-cache";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        await context.Response.StartAsync(ended);
        try
        {
            await PumpAsync(app, filter, from, past, new EventStreamSink(context.Response), ended);
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // The client left or the server stops: both end a stream.
        }
    }

    private async Task PumpAsync(AppId app, LogFilter filter, LogCursor? from, int past, FrameSink sink, CancellationToken token)
    {
        if (from is not null)
        {
            // What was written since the cursor was taken comes with the stream. The position is last: who has it has the past.
            using var lines = past == 0 ? new LogBatch() : await log.TailBatchAsync(app, filter, past, token);
            await SendAsync(lines, from, withPosition: false, sink, token);
            sink.Add(new LogFrame("position", Position: from.ToString()));
            await sink.FlushAsync(token);
        }

        await foreach (var lines in log.FollowBatchesAsync(app, filter, from, token).OrTickAsync(options.Value.StreamPing, time, token))
        {
            if (lines is null)
                sink.Add(new LogFrame("ping"));
            else
                await SendAsync(lines, null, withPosition: from is not null, sink, token);
            await sink.FlushAsync(token);
        }
    }

    /// <param name="until">Only lines that are before it.</param>
    private static async Task SendAsync(LogBatch lines, LogCursor? until, bool withPosition, FrameSink sink, CancellationToken token)
    {
        for (var i = 0; i < lines.Count; i++)
        {
            if (until is null || until.HasPassed(lines[i].Position))
                sink.Add(lines[i], withPosition);
            if (sink.IsFull)
                await sink.FlushAsync(token);
        }
    }
}
