using System.Text.Json;
using Gantry.Agent.Runtime;
using Gantry.Bus;
using Gantry.Control.Containers;
using Gantry.Control.Leading;
using Gantry.Control.Work;
using Gantry.Domain;
using Gantry.Store.Records;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Gantry.Control.Hosts.Remote;

/// <summary>
/// Keeps a session with each host of the records, whoever leads. In the process that leads, what becomes of hosts counts for
/// placement at once.
/// </summary>
internal sealed partial class HostLoop(
    HostSessions sessions, Leadership leadership, IContainerStore containers, LiveContainers live, RuntimeObserver observer, IBus bus, TimeProvider time,
    ILogger<HostLoop> logger) : BackgroundService
{
    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan _forgetting = TimeSpan.FromSeconds(30);

    private List<string> _known = [];
    private DateTimeOffset _forgot = time.GetUtcNow();

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Loops.TogetherAsync(RefreshAsync(stoppingToken), FollowPresenceAsync(stoppingToken), sessions.WatchSilenceAsync(stoppingToken));

    private async Task RefreshAsync(CancellationToken token)
    {
        using var timer = new PeriodicTimer(_interval, time);
        do
            await TryAsync(() => LookAsync(token)).ConfigureAwait(false);
        while (await timer.WaitForNextTickAsync(token).ConfigureAwait(false));
    }

    private async Task LookAsync(CancellationToken token)
    {
        // Also what operators changed through another process.
        var known = (await sessions.RefreshAsync(token).ConfigureAwait(false)).Select(h => JsonSerializer.Serialize(h)).ToList();
        if (!known.SequenceEqual(_known, StringComparer.Ordinal))
            await CountAsync(token).ConfigureAwait(false);
        _known = known;
        if (leadership.Term is null && time.GetUtcNow() - _forgot >= _forgetting)
            await ForgetAsync(token).ConfigureAwait(false);
    }

    private Task CountAsync(CancellationToken token) => leadership.Find<ContainerPlacer>()?.ReadAsync(token) ?? Task.CompletedTask;

    /// <summary>Who leads forgets a container when it has written down its end; who stands by, when it finds it written down.</summary>
    private async Task ForgetAsync(CancellationToken token)
    {
        var ended = observer.All.Where(id => observer.Find(id) is { State: RuntimeState.Exited }).ToHashSet();
        ended.ExceptWith((await containers.ListLiveAsync(token).ConfigureAwait(false)).Select(c => c.Id));
        // A term that began meanwhile does this by itself, and in its own order.
        foreach (var id in leadership.Term is null ? ended : [])
        {
            sessions.Forget(id);
            observer.Forget(id);
        }

        _forgot = time.GetUtcNow();
    }

    private async Task FollowPresenceAsync(CancellationToken token)
    {
        while (await sessions.PresenceChanges.WaitToReadAsync(token).ConfigureAwait(false))
        {
            // Many hosts change together: when a process begins to lead, or a switch fails.
            var changed = new HashSet<HostId>();
            while (sessions.PresenceChanges.TryRead(out var host))
                changed.Add(host);
            await TryAsync(async () =>
            {
                await CountAsync(token).ConfigureAwait(false);
                // Also those that have their place there and were never heard of.
                foreach (var container in (await live.ReadAsync(token).ConfigureAwait(false)).Where(c => c.PlacedAt is null || (c.Host is { } host && changed.Contains(host))))
                    bus.Publish(new ContainerChanged(container.Id));
            }).ConfigureAwait(false);
        }
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
