using Gantry.Agent.Runtime;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Gantry.Agent.Remote;

/// <summary>
/// What this host was told of its neighbours is put in place again every half minute: others change tables of the kernel too. The host does this by
/// itself, so that Control says to each of many hosts only what changed.
/// </summary>
internal sealed partial class RepeatedNeighbours(IHostNeighbours kernel, TimeProvider time, ILogger<RepeatedNeighbours> logger) : BackgroundService, IHostNeighbours
{
    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(30);

    /// <summary>What is repeated must not come after what was told meanwhile.</summary>
    private readonly SemaphoreSlim _one = new(1);

    private Told? _told;

    public async Task MeetAsync(IReadOnlyCollection<HostNeighbour> hosts, IReadOnlyCollection<string> routers, HostOverlay? overlay, CancellationToken token)
    {
        await _one.WaitAsync(token);
        try
        {
            await kernel.MeetAsync(hosts, routers, overlay, token);
            _told = new Told(hosts, routers, overlay);
        }
        finally
        {
            _one.Release();
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        _one.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(_interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            await RepeatAsync(stoppingToken);
    }

    private async Task RepeatAsync(CancellationToken token)
    {
        await _one.WaitAsync(token);
        try
        {
            if (_told is { } told)
                await kernel.MeetAsync(told.Hosts, told.Routers, told.Overlay, token);
        }
        catch (RuntimeException e)
        {
            Log.NotRepeated(logger, e.Message);
        }
        finally
        {
            _one.Release();
        }
    }

    private sealed record Told(IReadOnlyCollection<HostNeighbour> Hosts, IReadOnlyCollection<string> Routers, HostOverlay? Overlay);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The routes to other hosts could not be looked at; trying again in half a minute: {Reason}")]
        public static partial void NotRepeated(ILogger logger, string reason);
    }
}
