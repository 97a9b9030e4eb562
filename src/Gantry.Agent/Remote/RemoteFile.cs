using System.Buffers;
using System.Security.Cryptography;
using Gantry.Domain;
using Google.Protobuf;
using Grpc.Core;

namespace Gantry.Agent.Remote;

/// <summary>Sends a file to a container of another host as it comes in: it is kept nowhere on its way.</summary>
internal static class RemoteFile
{
    private const int PartBytes = 256 << 10;

    /// <summary>Of the largest file over a slow line.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(30);

    public static async Task<Outcome<long>> PutAsync(
        string address, Wire.HostContainers.HostContainersClient client, ContainerId id, string name, Stream content, long maxBytes, CancellationToken token)
    {
        using var call = client.PutFile(new CallOptions(deadline: DateTime.UtcNow + Limit, cancellationToken: token));
        var first = new Wire.FilePart { Container = id.Value, Name = name, MaxBytes = maxBytes };
        try
        {
            await SendAsync(call.RequestStream, first, content, token);
            var reply = await call.ResponseAsync;
            return reply.HasRefusal ? Refusal.Invalid("file", reply.Refusal) : reply.Bytes;
        }
        catch (RpcException e)
        {
            throw Calls.Translate(address, e, token);
        }
    }

    /// <summary>All of it and its digest; of one that is too large, a little more than the host will take.</summary>
    private static async Task SendAsync(IClientStreamWriter<Wire.FilePart> host, Wire.FilePart first, Stream content, CancellationToken token)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(PartBytes);
        try
        {
            var open = await TryAsync(() => host.WriteAsync(first, token));
            var sent = 0L;
            while (open && sent <= first.MaxBytes && await content.ReadAsync(buffer.AsMemory(0, PartBytes), token) is > 0 and var count)
            {
                hash.AppendData(buffer, 0, count);
                sent += count;
                var part = new Wire.FilePart { Data = ByteString.CopyFrom(buffer, 0, count) };
                open = await TryAsync(() => host.WriteAsync(part, token));
            }

            var last = new Wire.FilePart { Sha256 = ByteString.CopyFrom(hash.GetHashAndReset()) };
            if (open && await TryAsync(() => host.WriteAsync(last, token)))
                await TryAsync(host.CompleteAsync);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <returns>False when the host takes nothing any more: why, its answer tells.</returns>
    private static async Task<bool> TryAsync(Func<Task> send)
    {
        try
        {
            await send();
            return true;
        }
        catch (Exception e) when (e is RpcException or InvalidOperationException)
        {
            return false;
        }
    }
}
