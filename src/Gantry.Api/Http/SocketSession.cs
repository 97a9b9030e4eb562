using System.Net.WebSockets;
using Microsoft.Extensions.Hosting;

namespace Gantry.Api.Http;

/// <summary>Runs what sends on a socket until it is done, the client leaves or the server stops.</summary>
internal static class SocketSession
{
    public static async Task RunAsync(JsonSocket socket, Func<CancellationToken, Task> send, CancellationToken ended)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(ended);
        var closed = CancelOnCloseAsync(socket, over);
        try
        {
            await send(over.Token);
            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "", over.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException)
        {
            // The client left or the server stops: both end a stream.
        }

        await over.CancelAsync();
        await closed;
    }

    private static async Task CancelOnCloseAsync(JsonSocket socket, CancellationTokenSource over)
    {
        try
        {
            await socket.WaitForCloseAsync(over.Token);
            await over.CancelAsync();
        }
        catch (OperationCanceledException)
        {
            // The sending side was done first.
        }
    }
}

/// <summary>Cancelled when the server begins to stop, so that endless streams do not hold it up.</summary>
internal sealed class Shutdown(IHostApplicationLifetime lifetime)
{
    public CancellationToken Token => lifetime.ApplicationStopping;
}
