using Gantry.Bus;
using Gantry.Control.Containers;
using Gantry.Control.Work;
using Gantry.Store.Records;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Gantry.Control.Routes;

/// <summary>Publishes the routes of an app whenever it or one of its containers changed.</summary>
internal sealed class RouteLoop(
    RoutePublisher publisher, RouteFollower follower, RuntimeObserver observer, IBus bus, TimeProvider time, IOptions<ControlOptions> options, ILogger<RouteLoop> logger)
    : BackgroundService, IHostedLifecycleService
{
    /// <summary>At the start, until hosts are heard: requests wait for it.</summary>
    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(50);

    /// <summary>All is read again, should a notification ever be lost.</summary>
    private static readonly TimeSpan _whole = TimeSpan.FromMinutes(1);

    /// <summary>Between two looks at what other processes changed, should no notification tell.</summary>
    private static readonly TimeSpan _follow = TimeSpan.FromMilliseconds(250);

    /// <summary>While the records do not answer. Routers must not be far apart when they do.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromMilliseconds(100);

    public Task StartingAsync(CancellationToken token) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken token) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken token) => Task.CompletedTask;

    /// <summary>The router has ended too.</summary>
    public async Task StoppedAsync(CancellationToken token)
    {
        try
        {
            await follower.LeaveAsync(token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is StoreException or OperationCanceledException)
        {
            // Its silence will tell.
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // What many containers say at once is one table.
        var wakeup = new Wakeup(bus, publisher.Note, time, stoppingToken);
        await using var _ = wakeup.ConfigureAwait(false);
        await observer.Known.WaitAsync(stoppingToken).ConfigureAwait(false);
        await PublishAsync(stoppingToken).ConfigureAwait(false);
        while (!publisher.HasPublished)
        {
            await Task.Delay(_look, time, stoppingToken).ConfigureAwait(false);
            await PublishAsync(stoppingToken).ConfigureAwait(false);
        }

        var whole = time.GetUtcNow();
        while (true)
        {
            await wakeup.WaitAsync(options.Value.SeveralRouters ? _follow : _whole).ConfigureAwait(false);
            if (time.GetUtcNow() - whole >= _whole)
            {
                whole = time.GetUtcNow();
                publisher.Note(new Missed(0));
            }

            await Pace.OfTheMachine.RestAfterAsync(() => PublishAsync(stoppingToken), stoppingToken).ConfigureAwait(false);
        }
    }

    private Task PublishAsync(CancellationToken token) => Patience.UntilDoneAsync(() => follower.FollowAsync(token), time, logger, token, _patience);
}
