using System.Buffers;
using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using System.Text;

namespace Gantry.Cli.Streams;

/// <summary>The text frames of one WebSocket connection.</summary>
internal sealed class WebSocketFrames(ClientWebSocket socket) : IDisposable
{
    private static readonly TimeSpan DeadAfter = TimeSpan.FromSeconds(40);

    public static async Task<WebSocketFrames> ConnectAsync(Uri address, CancellationToken token)
    {
        var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Origin", $"http://{address.Host}");
        socket.Options.KeepAliveInterval = TimeSpan.FromSeconds(15);
        socket.Options.KeepAliveTimeout = TimeSpan.FromSeconds(15);
        if (address.IsLoopback)
            socket.Options.Proxy = null;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(token);
        limit.CancelAfter(TimeSpan.FromSeconds(15));
        try
        {
            await socket.ConnectAsync(address, limit.Token);
            return new WebSocketFrames(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public Task SendAsync(byte[] text, CancellationToken token) =>
        socket.SendAsync(text, WebSocketMessageType.Text, endOfMessage: true, token);

    /// <summary>Frames until the server closes. A server that is silent for longer than its keep-alive is taken for dead.</summary>
    public async IAsyncEnumerable<string> ReadAsync([EnumeratorCancellation] CancellationToken token)
    {
        while (await ReadFrameAsync(token) is { } frame)
            yield return frame;
    }

    public void Dispose() => socket.Dispose();

    private async Task<string?> ReadFrameAsync(CancellationToken token)
    {
        var text = new ArrayBufferWriter<byte>(4096);
        while (true)
        {
            var part = await ReceiveAsync(text.GetMemory(4096), token);
            if (part.MessageType == WebSocketMessageType.Close)
                return null;
            text.Advance(part.Count);
            if (part.EndOfMessage)
                return Encoding.UTF8.GetString(text.WrittenSpan);
        }
    }

    private async Task<ValueWebSocketReceiveResult> ReceiveAsync(Memory<byte> buffer, CancellationToken token)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(token);
        limit.CancelAfter(DeadAfter);
        try
        {
            return await socket.ReceiveAsync(buffer, limit.Token);
        }
        catch (OperationCanceledException e) when (!token.IsCancellationRequested)
        {
            throw new WebSocketException("The server fell silent.", e);
        }
    }
}
