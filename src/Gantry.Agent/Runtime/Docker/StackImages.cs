using System.Collections.Concurrent;
using Docker.DotNet.Models;
using Gantry.Agent.Images;
using Gantry.Domain;
using Gantry.Store.Blobs;
using Microsoft.Extensions.Options;

namespace Gantry.Agent.Runtime.Docker;

/// <summary>
/// Stacks as images of the engine, imported once from their blobs. Apps' layers are not in it: the layer cache has them,
/// and they are mounted under the containers' bounded scratch, which the engine's own layers would not be.
/// </summary>
internal sealed class StackImages(EngineLink engine, IBlobStore blobs, IOptions<AgentOptions> options)
{
    private readonly ConcurrentDictionary<Digest, Lazy<Task<string>>> _images = [];
    private readonly string _repository = $"gantry-{options.Value.InstanceName}/stack";

    /// <summary>Asked of the engine each time: others remove its images too.</summary>
    public async Task<bool> HasAsync(Digest stack, CancellationToken token)
    {
        if (await engine.TryAskAsync($"look for the stack {stack}", c => c.Images.InspectImageAsync(NameOf(stack), token)) is not null)
            return true;
        if (_images.TryGetValue(stack, out var shared) && shared.Value.IsCompleted)
            _images.TryRemove(new(stack, shared));
        return false;
    }

    /// <summary>The image's name. Concurrent calls share one import.</summary>
    public async Task<string> EnsureAsync(Digest stack, CancellationToken token)
    {
        var shared = _images.GetOrAdd(stack, d => new Lazy<Task<string>>(() => ImportAsync(d)));
        try
        {
            return await shared.Value.WaitAsync(token);
        }
        catch when (shared.Value.IsFaulted)
        {
            _images.TryRemove(new(stack, shared));
            throw;
        }
    }

    /// <summary>Removes what no image of an app needs any more; the engine keeps those that containers still use.</summary>
    public async Task CollectAsync(IReadOnlySet<Digest> needed, CancellationToken token)
    {
        var known = await engine.AskAsync("list images", c => c.Images.ListImagesAsync(new ImagesListParameters { All = false }, token));
        foreach (var name in known.SelectMany(i => i.RepoTags ?? []).Where(n => n.StartsWith(_repository + ":", StringComparison.Ordinal)))
        {
            var digest = new Digest("sha256:" + name[(_repository.Length + 1)..]);
            if (needed.Contains(digest))
                continue;
            _images.TryRemove(digest, out _);
            await engine.TryAskAsync($"remove the image {name}", c => c.Images.DeleteImageAsync(name, new ImageDeleteParameters { Force = true }, token));
        }
    }

    private string NameOf(Digest stack) => $"{_repository}:{stack.Hex}";

    private async Task<string> ImportAsync(Digest stack)
    {
        await Task.Yield();
        var name = NameOf(stack);
        if (await engine.TryAskAsync($"look for {name}", c => c.Images.InspectImageAsync(name)) is not null)
            return name;
        await using var blob = await blobs.OpenAsync(stack, CancellationToken.None)
            ?? throw new RuntimeException($"The stack {stack} is not in the blob store: import it again, or restore the blob.", false);
        await using var tar = await TarUnpacker.OpenAsync(blob, CancellationToken.None);
        var errors = new Errors();
        await engine.AskAsync($"import the stack {stack}", c => c.Images.CreateImageAsync(
            new ImagesCreateParameters { FromSrc = "-", Repo = _repository, Tag = stack.Hex }, tar, null, errors, CancellationToken.None));
        if (errors.First is { } error)
            throw new RuntimeException($"Docker could not import the stack {stack}: {error}", false);
        return name;
    }

    private sealed class Errors : IProgress<JSONMessage>
    {
        public string? First { get; private set; }

        public void Report(JSONMessage value) => First ??= value.Error?.Message;
    }
}
