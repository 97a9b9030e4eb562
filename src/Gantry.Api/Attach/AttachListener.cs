using System.Buffers;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Gantry.Api.Attach;

/// <summary>
/// Attach clients send <c>CONNECT /attach/…</c> and then raw bytes, which an HTTP server takes for the next request. So
/// the first bytes of each connection are looked at here: CONNECT is ours, everything else goes on to HTTP.
/// </summary>
public static class AttachListener
{
    private static readonly byte[] Method = "CONNECT "u8.ToArray();

    /// <summary>As long as Kestrel itself waits for the first request of a connection.</summary>
    private static readonly TimeSpan FirstByteTimeout = TimeSpan.FromSeconds(130);

    /// <summary>Serves attach connections on this listener, beside HTTP/1.</summary>
    public static ListenOptions UseAttach(this ListenOptions listen)
    {
        var connector = new Lazy<AttachConnection>(() => listen.ApplicationServices.GetRequiredService<AttachConnection>());
        listen.Use(next => async connection =>
        {
            switch (await PeekAsync(connection))
            {
                case true:
                    await connector.Value.ServeAsync(connection);
                    break;
                case false:
                    await next(connection);
                    break;
            }
        });
        return listen;
    }

    internal static CancellationToken Closing(ConnectionContext connection) =>
        connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? CancellationToken.None;

    /// <summary>Whether the connection begins with CONNECT; null when it ended or stayed silent.</summary>
    private static async Task<bool?> PeekAsync(ConnectionContext connection)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionClosed, Closing(connection));
        limit.CancelAfter(FirstByteTimeout);
        var input = connection.Transport.Input;
        try
        {
            while (true)
            {
                var result = await input.ReadAsync(limit.Token);
                var start = result.Buffer.Slice(0, Math.Min(result.Buffer.Length, Method.Length)).ToArray();
                var isPrefix = Method.AsSpan().StartsWith(start);
                if (!isPrefix || start.Length == Method.Length)
                {
                    input.AdvanceTo(result.Buffer.Start);
                    return isPrefix;
                }

                input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
                if (result.IsCompleted)
                    return start.Length == 0 ? null : false;
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ConnectionResetException or ConnectionAbortedException)
        {
            return null;
        }
    }
}
