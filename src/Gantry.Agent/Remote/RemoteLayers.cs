using System.Buffers;
using Gantry.Domain;
using Google.Protobuf;
using Grpc.Core;

namespace Gantry.Agent.Remote;

internal sealed class RemoteLayers(string address, Wire.HostLayers.HostLayersClient client) : IRemoteLayers
{
    private const int PartBytes = 256 << 10;

    /// <summary>Of a stack of some gigabytes over a slow network.</summary>
    private static readonly TimeSpan TransferLimit = TimeSpan.FromMinutes(30);

    public async Task<IReadOnlyList<Digest>> MissingAsync(ImageLayers wanted, CancellationToken token) =>
        [.. (await Calls.RunAsync(address, client.MissingAsync(ToWire(wanted), Options(Calls.Limit, token)), token)).Digests.Select(d => new Digest(d))];

    public async Task PutAsync(Digest digest, Stream content, CancellationToken token)
    {
        using var call = client.Put(Options(TransferLimit, token));
        var buffer = ArrayPool<byte>.Shared.Rent(PartBytes);
        try
        {
            await call.RequestStream.WriteAsync(new Wire.LayerPart { Digest = digest.Value }, token);
            while (await content.ReadAtLeastAsync(buffer.AsMemory(0, PartBytes), PartBytes, throwOnEndOfStream: false, token) is > 0 and var count)
                await call.RequestStream.WriteAsync(new Wire.LayerPart { Data = ByteString.CopyFrom(buffer, 0, count) }, token);
            await call.RequestStream.CompleteAsync();
            await call.ResponseAsync;
        }
        catch (RpcException e)
        {
            throw Calls.Translate(address, e, token);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public Task PrepareAsync(ImageLayers wanted, CancellationToken token) =>
        Calls.RunAsync(address, client.PrepareAsync(ToWire(wanted), Options(TransferLimit, token)), token);

    public Task CollectAsync(IReadOnlySet<Digest> needed, CancellationToken token) =>
        Calls.RunAsync(address, client.CollectAsync(ToWire(needed), Options(TransferLimit, token)), token);

    private static Wire.Layers ToWire(ImageLayers image)
    {
        var wire = ToWire(image.Layer is { } layer ? [image.Root, layer] : [image.Root]);
        wire.Root = image.Root.Value;
        return wire;
    }

    private static Wire.Layers ToWire(IEnumerable<Digest> digests)
    {
        var wire = new Wire.Layers();
        wire.Digests.AddRange(digests.Select(d => d.Value));
        return wire;
    }

    private static CallOptions Options(TimeSpan limit, CancellationToken token) => new(deadline: DateTime.UtcNow + limit, cancellationToken: token);
}
