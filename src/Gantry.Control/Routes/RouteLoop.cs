using Gantry.Bus;
using Gantry.Control.Containers;
using Gantry.Control.Work;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Gantry.Control.Routes;

/// <summary>Publishes the route table whenever an app or a container changed.</summary>
internal sealed class RouteLoop(RoutePublisher publisher, RuntimeObserver observer, IBus bus, TimeProvider time, ILogger<RouteLoop> logger) : BackgroundService
{
    /// <summary>At the start, until hosts are heard: requests wait for it.</summary>
    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(50);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var notifications = bus.Subscribe(stoppingToken);
        await observer.Known.WaitAsync(stoppingToken).ConfigureAwait(false);
        await PublishAsync(stoppingToken).ConfigureAwait(false);
        while (!publisher.HasPublished)
        {
            await Task.Delay(_look, time, stoppingToken).ConfigureAwait(false);
            await PublishAsync(stoppingToken).ConfigureAwait(false);
        }

        await foreach (var notification in notifications.ConfigureAwait(false))
        {
            if (notification is AppChanged or ContainerChanged or Missed)
                await PublishAsync(stoppingToken).ConfigureAwait(false);
        }
    }

    private Task PublishAsync(CancellationToken token) => Patience.UntilDoneAsync(() => publisher.PublishAsync(token), time, logger, token);
}
