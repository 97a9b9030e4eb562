using System.Runtime.CompilerServices;
using Gantry.Agent.Remote;
using Gantry.Agent.Runtime;
using Gantry.Control.Deployments;
using Gantry.Domain;
using Gantry.Domain.Apps;
using Gantry.Domain.Images;
using Gantry.Store.Records;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Gantry.Control.Hosts.Remote;

/// <summary>
/// Sends the layers of a new release to the hosts that are likely to run it, while its first containers start: those share the transfers,
/// and a container that comes to such a host later waits for none. What fails here is made up for when a container needs it.
/// </summary>
internal sealed partial class PrefetchLoop(
    Prefetches prefetches, PrefetchedImages prefetched, LayerSender layers, HostSessions hosts, ContainerPlacer placer, IAppStore apps, TimeProvider time,
    IOptions<SchedulingOptions> options, ILogger<PrefetchLoop> logger) : BackgroundService
{
    private const int MostAtOnce = 4;

    /// <summary>A host that takes longer keeps the others waiting no longer; what was begun goes on for the containers that share it.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(5);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Parallel.ForEachAsync(
        TransfersAsync(stoppingToken), new ParallelOptions { MaxDegreeOfParallelism = MostAtOnce, CancellationToken = stoppingToken }, SendAsync);

    private async IAsyncEnumerable<(HostSession Host, Image Image)> TransfersAsync([EnumeratorCancellation] CancellationToken token)
    {
        await foreach (var (app, image) in prefetches.Waiting.ReadAllAsync(token).ConfigureAwait(false))
            foreach (var host in await FindAsync(app, image, token).ConfigureAwait(false))
                if (hosts.Find(host) is { Presence: HostPresence.Ready } session)
                    yield return (session, image);
    }

    private async Task<IReadOnlyList<HostId>> FindAsync(App app, Image image, CancellationToken token)
    {
        try
        {
            // With nobody elsewhere, as on one machine, nothing is read.
            if (options.Value.PrefetchHosts == 0 || hosts.All.Count == 0)
                return [];
            if (prefetched.IsFull)
                prefetched.Keep((await apps.ListAllAsync(token).ConfigureAwait(false)).Where(a => a.DeletedAt is null).Select(a => a.Id).ToHashSet());
            var formation = RolloutStep.Formation(await apps.GetFormationAsync(app.Id, token).ConfigureAwait(false), image);
            return [.. (await placer.ForeseeAsync(app, image.Id, formation, token).ConfigureAwait(false)).Where(h => hosts.Find(h) is not null).Take(options.Value.PrefetchHosts)];
        }
        catch (Exception e) when (e is StoreException or InvalidOperationException)
        {
            Log.NotSent(logger, image.Id.Value, app.Name.Value, "any host", e.Message);
            return [];
        }
    }

    private async ValueTask SendAsync((HostSession Host, Image Image) transfer, CancellationToken token)
    {
        var (host, image) = transfer;
        using var limit = new CancellationTokenSource(_patience, time);
        using var cut = CancellationTokenSource.CreateLinkedTokenSource(token, limit.Token);
        try
        {
            await layers.SendAsync(host, new ImageLayers(image.StackDigest, image.LayerDigest), cut.Token).ConfigureAwait(false);
            prefetched.Note(image.AppId, image.Id, host.Id);
        }
        catch (Exception e) when (e is RuntimeException or StoreException or IOException || (e is OperationCanceledException && !token.IsCancellationRequested))
        {
            Log.NotSent(logger, image.Id.Value, image.AppId.Value, host.Id.Value, e.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The layers of the image {Image} of {App} were not sent to {Host} beforehand; they are when a container there needs them: {Reason}")]
        public static partial void NotSent(ILogger logger, string image, string app, string host, string reason);
    }
}
