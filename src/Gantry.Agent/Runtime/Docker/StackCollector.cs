using Gantry.Agent.Images;
using Gantry.Domain;

namespace Gantry.Agent.Runtime.Docker;

/// <summary>The layer cache of a host with Docker: what is collected there is collected in the engine too.</summary>
internal sealed class StackCollector(LayerCache layers, StackImages images) : ILayerCache
{
    public Task<string> EnsureAsync(Digest digest, CancellationToken token) => layers.EnsureAsync(digest, token);

    public Task AddAsync(Func<Stream, CancellationToken, Task<Digest?>> make, CancellationToken token) => layers.AddAsync(make, token);

    public async Task CollectAsync(IReadOnlySet<Digest> needed, CancellationToken token)
    {
        await layers.CollectAsync(needed, token);
        await images.CollectAsync(needed, token);
    }
}
