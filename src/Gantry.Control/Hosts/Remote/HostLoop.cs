using Gantry.Agent.Runtime;
using Gantry.Bus;
using Gantry.Store.Records;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Gantry.Control.Hosts.Remote;

/// <summary>Keeps a session with each host of the records, and makes what becomes of hosts count for placement at once.</summary>
internal sealed partial class HostLoop(HostSessions sessions, ContainerPlacer placer, IContainerStore containers, IBus bus, TimeProvider time, ILogger<HostLoop> logger)
    : BackgroundService
{
    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(2);

    /// <summary>Neither goes on without the other.</summary>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken) =>
        await (await Task.WhenAny(RefreshAsync(stoppingToken), FollowPresenceAsync(stoppingToken)).ConfigureAwait(false)).ConfigureAwait(false);

    private async Task RefreshAsync(CancellationToken token)
    {
        using var timer = new PeriodicTimer(_interval, time);
        do
            await TryAsync(() => sessions.RefreshAsync(token)).ConfigureAwait(false);
        while (await timer.WaitForNextTickAsync(token).ConfigureAwait(false));
    }

    private async Task FollowPresenceAsync(CancellationToken token)
    {
        await foreach (var host in sessions.PresenceChanges.ReadAllAsync(token).ConfigureAwait(false))
            await TryAsync(async () =>
            {
                await placer.ReadAsync(token).ConfigureAwait(false);
                // Also those that have their place there and were never heard of.
                foreach (var container in (await containers.ListLiveAsync(token).ConfigureAwait(false)).Where(c => c.Host == host || c.PlacedAt is null))
                    bus.Publish(new ContainerChanged(container.Id));
            }).ConfigureAwait(false);
    }

    /// <summary>Without the records nothing changes; the next round tries again.</summary>
    private async Task TryAsync(Func<Task> work)
    {
        try
        {
            await work().ConfigureAwait(false);
        }
        catch (Exception e) when (e is StoreException or RuntimeException)
        {
            Log.NotLooked(logger, e);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "The hosts could not be looked after; the next round tries again")]
        public static partial void NotLooked(ILogger logger, Exception e);
    }
}
