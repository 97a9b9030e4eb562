using Gantry.Agent.Images;
using Gantry.Domain;

namespace Gantry.Agent.Runtime.Docker;

/// <summary>The layer cache of a host with Docker: roots are images of the engine, and collected with the layers.</summary>
internal sealed class StackCollector(LayerCache layers, StackImages images) : ILayerCache
{
    public bool Has(Digest digest) => layers.Has(digest);

    public Task<bool> HasRootAsync(Digest digest, CancellationToken token) => images.HasAsync(digest, token);

    public Task<string> EnsureAsync(Digest digest, CancellationToken token) => layers.EnsureAsync(digest, token);

    public Task PrepareRootAsync(Digest digest, CancellationToken token) => images.EnsureAsync(digest, token);

    public Task AddAsync(Func<Stream, CancellationToken, Task<Digest?>> make, CancellationToken token) => layers.AddAsync(make, token);

    public async Task CollectAsync(IReadOnlySet<Digest> needed, CancellationToken token)
    {
        await layers.CollectAsync(needed, token);
        await images.CollectAsync(needed, token);
    }
}
