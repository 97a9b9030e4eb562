using System.Text;
using System.Text.Json;
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
            var socket = new JsonSocket(webSocket);
            await SocketSession.RunAsync(
                socket, token => PumpAsync(app, filter, from, past, frame => socket.SendAsync(frame, token), token), ended.Token);
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
            await PumpAsync(app, filter, from, past, frame => WriteEventAsync(context.Response, frame, ended), ended);
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // The client left or the server stops: both end a stream.
        }
    }

    private static async Task WriteEventAsync(HttpResponse response, LogFrame frame, CancellationToken token)
    {
        var json = JsonSerializer.Serialize(frame, Wire<LogFrame>.Info);
        await response.Body.WriteAsync(Encoding.UTF8.GetBytes($"event: {frame.Event}\ndata: {json}\n\n"), token);
        await response.Body.FlushAsync(token);
    }

    private async Task PumpAsync(AppId app, LogFilter filter, LogCursor? from, int past, Func<LogFrame, Task> send, CancellationToken token)
    {
        if (from is not null)
        {
            // What was written since the cursor was taken comes with the stream. The position is last: who has it has the past.
            foreach (var line in past == 0 ? [] : await log.TailAsync(app, filter, past, token))
                if (from.HasPassed(line.Position))
                    await send(FrameOf(line, null));
            await send(new LogFrame("position", Position: from.ToString()));
        }

        var lines = from is null ? log.FollowAsync(app, filter, token) : log.FollowAsync(app, filter, from, token);
        await foreach (var line in lines.OrTickAsync(options.Value.StreamPing, time, token))
            await send(line is null ? new LogFrame("ping") : FrameOf(line, from is null ? null : line.Position.ToString()));
    }

    private static LogFrame FrameOf(LogLine line, string? position) => new("log", LogLineFormat.Format(line) + "\n", line.At, position);
}
