using System.Collections.Concurrent;
using System.IO.Pipelines;
using Gantry.Agent.Runtime;
using Gantry.Domain;
using Gantry.Store.Blobs;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Gantry.Agent.Images;

/// <summary>Layers as directories, named by digest. A name appears only when all below it is there.</summary>
internal sealed partial class LayerCache(IBlobStore blobs, IOptions<AgentOptions> options, ILogger<LayerCache> logger) : ILayerCache
{
    private const string DraftPrefix = "draft-";

    private readonly ConcurrentDictionary<Digest, Lazy<Task<string>>> _layers = [];
    private readonly ConcurrentDictionary<string, byte> _drafts = [];
    private readonly string _directory = options.Value.LayersDirectory;

    public bool Has(Digest digest) => LayerDirectory.IsWhole(Path.Combine(_directory, digest.Hex));

    public Task<string> EnsureAsync(Digest digest, CancellationToken token) => ShareAsync(digest, () => UnpackOnceAsync(digest), token);

    public async Task AddAsync(Func<Stream, CancellationToken, Task<Digest?>> make, CancellationToken token)
    {
        var draft = Path.Combine(_directory, DraftPrefix + Guid.NewGuid().ToString("N"));
        _drafts.TryAdd(draft, 0);
        try
        {
            if (await MakeAndUnpackAsync(make, draft, token) is { } digest)
                await ShareAsync(digest, () => Task.FromResult(Publish(draft, digest)), token);
        }
        finally
        {
            if (Directory.Exists(draft))
                Tree.Delete(draft);
            _drafts.TryRemove(draft, out _);
        }
    }

    private static async Task<Digest?> MakeAndUnpackAsync(Func<Stream, CancellationToken, Task<Digest?>> make, string draft, CancellationToken token)
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 8 << 20, resumeWriterThreshold: 4 << 20, useSynchronizationContext: false));
        var unpacking = UnpackAsync(pipe.Reader, draft, token);
        Digest? digest = null;
        try
        {
            // When unpacking fails, what is written goes nowhere, and the failure is seen below.
            digest = await make(pipe.Writer.AsStream(leaveOpen: true), token);
        }
        finally
        {
            await pipe.Writer.CompleteAsync(digest is null ? new OperationCanceledException("The layer was not made to its end.") : null);
            await unpacking.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }

        if (digest is not null)
            await unpacking;
        return digest;
    }

    private static async Task UnpackAsync(PipeReader reader, string draft, CancellationToken token)
    {
        await using var tar = reader.AsStream();
        await TarUnpacker.UnpackAsync(tar, draft, token);
    }

    private string Publish(string draft, Digest digest)
    {
        var path = Path.Combine(_directory, digest.Hex);
        if (!LayerDirectory.IsWhole(path))
            LayerDirectory.Publish(draft, path);
        return path;
    }

    private async Task<string> ShareAsync(Digest digest, Func<Task<string>> make, CancellationToken token)
    {
        var shared = _layers.GetOrAdd(digest, _ => new Lazy<Task<string>>(make));
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
            if (name.StartsWith(DraftPrefix, StringComparison.Ordinal) && !_drafts.ContainsKey(path))
                Tree.Delete(path);
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
