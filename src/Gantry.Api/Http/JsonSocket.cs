using System.Net.WebSockets;
using System.Text.Json;

namespace Gantry.Api.Http;

/// <summary>A WebSocket that sends JSON text frames and notices when the client leaves.</summary>
internal sealed class JsonSocket(WebSocket socket)
{
    private const int MaxFrame = 16 * 1024;

    public async Task SendAsync<T>(T frame, CancellationToken token) => await socket.SendAsync(
        JsonSerializer.SerializeToUtf8Bytes(frame, Wire<T>.Info), WebSocketMessageType.Text, endOfMessage: true, token);

    /// <summary>The next text frame, or null when the client closed or sent something that is too long or not JSON.</summary>
    public async Task<T?> ReceiveAsync<T>(CancellationToken token)
        where T : class
    {
        var buffer = new byte[MaxFrame];
        var length = 0;
        while (length < buffer.Length)
        {
            var received = await socket.ReceiveAsync(buffer.AsMemory(length), token);
            if (received.MessageType != WebSocketMessageType.Text)
                return null;
            length += received.Count;
            if (received.EndOfMessage)
                return Read<T>(buffer.AsSpan(0, length));
        }

        return null;
    }

    /// <summary>Completes when the client closes or vanishes; what it sends is of no interest.</summary>
    public async Task WaitForCloseAsync(CancellationToken token)
    {
        var buffer = new byte[1024];
        try
        {
            while ((await socket.ReceiveAsync(buffer.AsMemory(), token)).MessageType != WebSocketMessageType.Close)
            {
            }
        }
        catch (WebSocketException)
        {
            // Gone without a goodbye: that is a close, too.
        }
    }

    public async Task CloseAsync(WebSocketCloseStatus status, string reason, CancellationToken token)
    {
        if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            await socket.CloseOutputAsync(status, reason, token);
    }

    private static T? Read<T>(ReadOnlySpan<byte> json)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(json, Wire<T>.Info);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
