using Gantry.Bus;
using Gantry.Control.Containers;
using Microsoft.Extensions.Hosting;

namespace Gantry.Control.Routes;

/// <summary>Publishes the route table whenever an app or a container changed.</summary>
internal sealed class RouteLoop(RoutePublisher publisher, RuntimeObserver observer, IBus bus) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var notifications = bus.Subscribe(stoppingToken);
        await observer.Known.WaitAsync(stoppingToken).ConfigureAwait(false);
        await publisher.PublishAsync(stoppingToken).ConfigureAwait(false);
        await foreach (var notification in notifications.ConfigureAwait(false))
        {
            if (notification is AppChanged or ContainerChanged or Missed)
                await publisher.PublishAsync(stoppingToken).ConfigureAwait(false);
        }
    }
}
