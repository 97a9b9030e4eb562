using System.Collections.Concurrent;
using Gantry.Agent.Runtime;
using Gantry.Domain;
using Gantry.Store.Blobs;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Gantry.Agent.Images;

/// <summary>Layers as directories, named by digest. A name appears only when all below it is there.</summary>
internal sealed partial class LayerCache(IBlobStore blobs, IOptions<AgentOptions> options, ILogger<LayerCache> logger) : ILayerCache
{
    private readonly ConcurrentDictionary<Digest, Lazy<Task<string>>> _layers = [];
    private readonly string _directory = options.Value.LayersDirectory;

    public async Task<string> EnsureAsync(Digest digest, CancellationToken token)
    {
        var shared = _layers.GetOrAdd(digest, d => new Lazy<Task<string>>(() => UnpackOnceAsync(d)));
        try
        {
            // Who gives up does not stop the unpacking that others wait for.
            return await shared.Value.WaitAsync(token);
        }
        catch when (shared.Value.IsFaulted)
        {
            _layers.TryRemove(new(digest, shared));
            throw;
        }
    }

    public Task CollectAsync(IReadOnlySet<Digest> needed, CancellationToken token)
    {
        if (!Directory.Exists(_directory))
            return Task.CompletedTask;
        foreach (var path in Directory.GetDirectories(_directory))
        {
            token.ThrowIfCancellationRequested();
            var name = Path.GetFileName(path);
            var digest = name.Length == 64 && Digest.IsValid("sha256:" + name) ? new Digest("sha256:" + name) : (Digest?)null;
            if (digest is not { } known || needed.Contains(known) || _layers.TryGetValue(known, out var task) && !task.Value.IsCompleted)
                continue;
            _layers.TryRemove(known, out _);
            LayerDirectory.Delete(path);
            Log.Collected(logger, known.Hex);
        }
        return Task.CompletedTask;
    }

    private async Task<string> UnpackOnceAsync(Digest digest)
    {
        await Task.Yield();
        var path = Path.Combine(_directory, digest.Hex);
        if (LayerDirectory.IsWhole(path))
            return path;
        Directory.CreateDirectory(_directory);
        await using var blob = await blobs.OpenAsync(digest, CancellationToken.None)
            ?? throw new RuntimeException($"The layer {digest} is not in the blob store: deploy the app again, or restore the blob.", false);
        var half = path + ".tmp";
        LayerDirectory.Delete(half);
        await TarUnpacker.UnpackAsync(blob, half, CancellationToken.None);
        LayerDirectory.Publish(half, path);
        return path;
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Removed the unpacked layer {Hex}: no image needs it")]
        public static partial void Collected(ILogger logger, string hex);
    }
}
