using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace Gantry.Bus.Delivery;

/// <summary>The subscribers of this process.</summary>
internal sealed class Subscriptions(int capacity)
{
    private ImmutableHashSet<Subscription> _all = [];

    public void Offer(Notification notification)
    {
        foreach (var subscription in Volatile.Read(ref _all))
            subscription.Offer(notification);
    }

    public IAsyncEnumerable<Notification> Subscribe(CancellationToken token)
    {
        var subscription = new Subscription(capacity);
        ImmutableInterlocked.Update(ref _all, all => all.Add(subscription));
        // Registered before anybody enumerates: a subscription that is never read still ends with its token.
        var registration = token.Register(() => Remove(subscription));
        return ReadAsync(subscription, registration);
    }

    private async IAsyncEnumerable<Notification> ReadAsync(
        Subscription subscription, CancellationTokenRegistration registration, [EnumeratorCancellation] CancellationToken token = default)
    {
        using var ending = registration;
        using var second = token.Register(subscription.End);
        try
        {
            while (await subscription.WaitAsync())
                while (subscription.TryTake(out var notification, out var missed))
                {
                    if (missed > 0)
                        yield return new Missed(missed);
                    yield return notification!;
                }
        }
        finally
        {
            Remove(subscription);
        }
    }

    private void Remove(Subscription subscription)
    {
        ImmutableInterlocked.Update(ref _all, all => all.Remove(subscription));
        subscription.End();
    }
}
