using Gantry.Bus.Delivery;

namespace Gantry.Bus.InProcess;

internal sealed class InProcessBus(InProcessBusOptions options) : IBus
{
    private readonly Subscriptions _subscriptions = new(options.Capacity);

    public void Publish(Notification notification) => _subscriptions.Offer(notification);

    public IAsyncEnumerable<Notification> Subscribe(CancellationToken token) => _subscriptions.Subscribe(token);
}
