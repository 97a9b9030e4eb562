using System.Net.Sockets;

namespace Gantry.Control.Containers;

/// <summary>Says whether a container accepts connections on its port.</summary>
internal static class Readiness
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(1);

    public static async Task<bool> AcceptsAsync(string address, int port, CancellationToken token)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(token);
        limit.CancelAfter(ConnectTimeout);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(address, port, limit.Token).ConfigureAwait(false);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
        catch (OperationCanceledException) when (!token.IsCancellationRequested)
        {
            return false;
        }
    }
}
