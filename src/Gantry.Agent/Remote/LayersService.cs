using Gantry.Agent.Images;
using Gantry.Domain;
using Gantry.Store.Blobs;
using Grpc.Core;

namespace Gantry.Agent.Remote;

/// <summary>The layers of this host, brought by Control: an agent sees only what its host needs.</summary>
internal sealed class LayersService(IBlobStore blobs, ILayerCache layers, TimeProvider time) : Wire.HostLayers.HostLayersBase
{
    /// <summary>No layer or stack is larger than what Control stores in the first place.</summary>
    private const long MaxBytes = 64L << 30;

    /// <summary>What is younger may belong to an image that is not recorded yet.</summary>
    private static readonly TimeSpan _grace = TimeSpan.FromHours(1);

    public override async Task<Wire.Layers> Missing(Wire.Layers request, ServerCallContext context)
    {
        var reply = new Wire.Layers();
        foreach (var text in request.Digests)
        {
            var digest = new Digest(text);
            var isReady = text == request.Root ? await layers.HasRootAsync(digest, context.CancellationToken) : layers.Has(digest);
            if (!isReady && !await blobs.ExistsAsync(digest, context.CancellationToken))
                reply.Digests.Add(text);
        }

        return reply;
    }

    public override async Task<Wire.Nothing> Put(IAsyncStreamReader<Wire.LayerPart> requestStream, ServerCallContext context)
    {
        if (!await requestStream.MoveNext(context.CancellationToken))
            throw new RpcException(new Status(StatusCode.InvalidArgument, "A layer begins with its digest."));
        var digest = new Digest(requestStream.Current.Digest);
        await using var content = new PartStream<Wire.LayerPart>(requestStream, p => p.Data);
        var stored = await blobs.PutAsync(content, MaxBytes, context.CancellationToken);
        if (!stored.IsSuccess)
            throw new RpcException(new Status(StatusCode.ResourceExhausted, stored.Refusal!.Message));
        if (stored.Value.Digest == digest)
            return new Wire.Nothing();
        await blobs.DeleteAsync(stored.Value.Digest, context.CancellationToken);
        throw new RpcException(new Status(StatusCode.DataLoss, $"What came as the layer {digest} is {stored.Value.Digest}: it was damaged on its way, and is sent again."));
    }

    public override async Task<Wire.Nothing> Prepare(Wire.Layers request, ServerCallContext context)
    {
        foreach (var text in request.Digests)
        {
            var digest = new Digest(text);
            if (text == request.Root)
                await layers.PrepareRootAsync(digest, context.CancellationToken);
            else
                await layers.EnsureAsync(digest, context.CancellationToken);
            // Unpacked is all that containers need.
            await blobs.DeleteAsync(digest, context.CancellationToken);
        }

        return new Wire.Nothing();
    }

    public override async Task<Wire.Nothing> Collect(Wire.Layers request, ServerCallContext context)
    {
        var needed = request.Digests.Select(d => new Digest(d)).ToHashSet();
        var before = time.GetUtcNow() - _grace;
        await foreach (var blob in blobs.ListAsync(context.CancellationToken))
            if (blob.StoredAt >= before)
                needed.Add(blob.Digest);
            else if (!needed.Contains(blob.Digest))
                await blobs.DeleteAsync(blob.Digest, context.CancellationToken);
        await layers.CollectAsync(needed, context.CancellationToken);
        return new Wire.Nothing();
    }
}
