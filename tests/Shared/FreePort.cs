using System.Net;
using System.Net.Sockets;

namespace Gantry.Tests;

/// <summary>
/// Loopback ports for servers that are stopped and started again on the same one. They lie below the range from which the
/// kernel takes the local ports of connections (32768 and up), so that no connection can sit on one meanwhile.
/// </summary>
internal static class FreePort
{
    private const int First = 20_000;
    private const int End = 32_768;

    private static int _next = Random.Shared.Next(First, End);

    public static int Take()
    {
        for (var tried = First; tried < End; tried++)
        {
            var port = First + (Interlocked.Increment(ref _next) & int.MaxValue) % (End - First);
            if (IsFree(port, SocketType.Stream, ProtocolType.Tcp) && IsFree(port, SocketType.Dgram, ProtocolType.Udp))
                return port;
        }
        throw new InvalidOperationException($"All loopback ports from {First} to {End} are taken.");
    }

    private static bool IsFree(int port, SocketType type, ProtocolType protocol)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, type, protocol);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            return false;
        }
    }
}
