using Gantry.Bus;
using Gantry.Control.Containers;
using Gantry.Control.Work;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Gantry.Control.Routes;

/// <summary>Publishes the routes of an app whenever it or one of its containers changed.</summary>
internal sealed class RouteLoop(RoutePublisher publisher, RuntimeObserver observer, IBus bus, TimeProvider time, ILogger<RouteLoop> logger) : BackgroundService
{
    /// <summary>At the start, until hosts are heard: requests wait for it.</summary>
    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(50);

    /// <summary>All is read again, should a notification ever be lost.</summary>
    private static readonly TimeSpan _whole = TimeSpan.FromMinutes(1);

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
            await wakeup.WaitAsync(_whole).ConfigureAwait(false);
            if (time.GetUtcNow() - whole >= _whole)
            {
                whole = time.GetUtcNow();
                publisher.Note(new Missed(0));
            }

            await Pace.OfTheMachine.RestAfterAsync(() => PublishAsync(stoppingToken), stoppingToken).ConfigureAwait(false);
        }
    }

    private Task PublishAsync(CancellationToken token) => Patience.UntilDoneAsync(() => publisher.PublishAsync(token), time, logger, token);
}
