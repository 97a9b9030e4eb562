using Gantry.Agent.Images;
using Gantry.Agent.Runtime;
using Gantry.Control.Hosts.Remote;
using Gantry.Domain;
using Gantry.Domain.Deployments;
using Gantry.Store.Blobs;
using Gantry.Store.Records;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Gantry.Control.Collection;

/// <summary>
/// Bounds the disk: keeps each app's serving image and a few older ones, drops blobs and layers that nothing needs any
/// more, and trims old records. What is younger than an hour stays: it may belong to something that is being made.
/// </summary>
internal sealed partial class CollectorLoop(
    IAppStore apps, IDeploymentStore deployments, IContainerStore containers, IBlobStore blobs, ILayerCache layers,
    HostSessions hosts, RecordTrimmer trimmer, TimeProvider time, IOptions<ControlOptions> options, ILogger<CollectorLoop> logger) : BackgroundService
{
    private static readonly TimeSpan Grace = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.CollectInterval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
        {
            await TryAsync(CollectAsync, stoppingToken).ConfigureAwait(false);
            await TryAsync(trimmer.TrimAsync, stoppingToken).ConfigureAwait(false);
        }
    }

    /// <summary>A full disk must not end the loop that makes room, nor one half of it the other.</summary>
    private async Task TryAsync(Func<CancellationToken, Task> work, CancellationToken token)
    {
        try
        {
            await work(token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or StoreException or RuntimeException)
        {
            Log.CollectFailed(logger, e);
        }
    }

    private async Task CollectAsync(CancellationToken token)
    {
        await DeleteOldImagesAsync(token).ConfigureAwait(false);
        var needed = await NeededAsync(token).ConfigureAwait(false);
        var before = time.GetUtcNow() - Grace;
        await foreach (var blob in blobs.ListAsync(token).ConfigureAwait(false))
        {
            if (blob.StoredAt < before && !needed.Contains(blob.Digest))
                await blobs.DeleteAsync(blob.Digest, token).ConfigureAwait(false);
        }

        await layers.CollectAsync(needed, token).ConfigureAwait(false);
        foreach (var host in hosts.All.Where(h => h.Presence == HostPresence.Ready))
            await TryAsync(t => host.Remote.Layers.CollectAsync(needed, t), token).ConfigureAwait(false);
    }

    private async Task DeleteOldImagesAsync(CancellationToken token)
    {
        var live = (await containers.ListLiveAsync(token).ConfigureAwait(false)).Select(c => c.ImageId).ToHashSet();
        foreach (var unfinished in await deployments.ListUnfinishedAsync(token).ConfigureAwait(false))
            live.Add(unfinished.Source.Kind == SourceKind.Image ? new ImageId(unfinished.Source.Value) : unfinished.ImageId ?? default);
        foreach (var app in await apps.ListAllAsync(token).ConfigureAwait(false))
        {
            var images = await deployments.ListImagesAsync(app.Id, token).ConfigureAwait(false);
            foreach (var image in images.Where(i => i.Id != app.CurrentImageId).Skip(options.Value.KeptImages).Where(i => !live.Contains(i.Id)))
                await deployments.DeleteImageAsync(image.Id, token).ConfigureAwait(false);
        }
    }

    private async Task<HashSet<Digest>> NeededAsync(CancellationToken token)
    {
        var needed = new HashSet<Digest>();
        foreach (var image in await deployments.ListAllImagesAsync(token).ConfigureAwait(false))
            needed.UnionWith([image.StackDigest, image.LayerDigest]);
        foreach (var stack in await deployments.ListStacksAsync(token).ConfigureAwait(false))
            needed.UnionWith([stack.RunDigest, stack.BuildDigest]);
        foreach (var deployment in await deployments.ListUnfinishedAsync(token).ConfigureAwait(false))
        {
            if (deployment.Source.Kind is SourceKind.Git or SourceKind.Blob)
                needed.Add(new Digest(deployment.Source.Value));
        }

        return needed;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Unused data could not be collected; the next round tries again")]
        public static partial void CollectFailed(ILogger logger, Exception e);
    }
}
