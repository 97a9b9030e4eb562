using System.IO.Pipelines;
using System.Text.Json;
using Gantry.Api.Http;
using Gantry.Contracts.V1;
using Gantry.Domain.Containers;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Gantry.Api.Attach;

/// <summary>Serves one <c>CONNECT</c>: checks who asks, answers, and joins the connection with the terminal.</summary>
internal sealed partial class AttachConnection(
    AttachAccess access, AttachSessions sessions, AttachBridge bridge, IOptions<ApiOptions> options, TimeProvider time,
    ILogger<AttachConnection> logger)
{
    private static readonly TimeSpan HeadTimeout = TimeSpan.FromSeconds(30);

    public async Task ServeAsync(ConnectionContext connection)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionClosed, AttachListener.Closing(connection));
        try
        {
            await ServeAsync(connection.Transport, ended.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or ConnectionResetException or ConnectionAbortedException)
        {
            Log.Left(logger, connection.ConnectionId);
        }
        catch (Exception e)
        {
            Log.Failed(logger, e, connection.ConnectionId);
        }
    }

    private async Task ServeAsync(IDuplexPipe transport, CancellationToken token)
    {
        using var headLimit = CancellationTokenSource.CreateLinkedTokenSource(token);
        headLimit.CancelAfter(HeadTimeout);
        var request = await AttachRequest.ReadAsync(transport.Input, headLimit.Token);
        if (request is null)
        {
            await RefuseAsync(transport.Output, 400, "Bad Request", new ErrorReply("CONNECT is for attach addresses only: CONNECT /attach/<id> HTTP/1.1."), token);
            return;
        }

        var found = await access.FindAsync(request.Authorization, request.ContainerId, token);
        if (found is null)
            await RefuseAsync(transport.Output, 401, "Unauthorized", new ErrorReply("The token is not valid or has expired: log in again."), token);
        else if (found.Value.Refusal is { } refusal)
            await RefuseAsync(transport.Output, 404, "Not Found", new NotFoundReply(refusal.Field, refusal.Message), token);
        else
            await EnterAsync(transport, found.Value.Value, token);
    }

    private async Task EnterAsync(IDuplexPipe transport, Container container, CancellationToken token)
    {
        if (!sessions.TryEnter(container.Id))
        {
            await RefuseAsync(transport.Output, 409, "Conflict", new ErrorReply($"Somebody is attached to {container.Label} already."), token);
            return;
        }

        try
        {
            await AttachAsync(transport, container, token);
        }
        finally
        {
            sessions.Leave(container.Id);
        }
    }

    private async Task AttachAsync(IDuplexPipe transport, Container container, CancellationToken token)
    {
        if (container is not { Wanted: true, State: not ContainerState.Stopped })
        {
            await RefuseAsync(transport.Output, 410, "Gone", new ErrorReply($"{container.Label} has ended already."), token);
            return;
        }

        await transport.Output.WriteAsync("HTTP/1.1 200\r\n\r\n"u8.ToArray(), token);
        await transport.Output.FlushAsync(token);
        await bridge.RunAsync(transport, container, sessions.Get(container.Id), token);
        await Task.Delay(options.Value.AttachLinger, time, token);
    }

    private static async Task RefuseAsync<T>(PipeWriter output, int status, string reason, T body, CancellationToken token)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(body, Wire<T>.Info);
        var head = $"HTTP/1.1 {status} {reason}\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: {json.Length}\r\nConnection: close\r\n\r\n";
        await output.WriteAsync(System.Text.Encoding.ASCII.GetBytes(head), token);
        await output.WriteAsync(json, token);
        await output.FlushAsync(token);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Debug, Message = "The client of attach connection {Connection} left.")]
        public static partial void Left(ILogger logger, string connection);

        [LoggerMessage(Level = LogLevel.Error, Message = "Attach connection {Connection} failed.")]
        public static partial void Failed(ILogger logger, Exception e, string connection);
    }
}
