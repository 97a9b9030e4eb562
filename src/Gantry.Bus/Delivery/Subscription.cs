using System.Threading.Channels;

namespace Gantry.Bus.Delivery;

/// <summary>What waits for one subscriber, and how much did not fit.</summary>
internal sealed class Subscription(int capacity)
{
    private readonly Channel<Notification> _waiting = Channel.CreateBounded<Notification>(
        new BoundedChannelOptions(capacity) { SingleReader = true });
    private readonly Lock _lock = new();
    private long _missed;
    private volatile bool _ended;

    public void Offer(Notification notification)
    {
        // Under the lock a refusal means that something is still to be taken, so the count is surely seen.
        lock (_lock)
        {
            if (!_waiting.Writer.TryWrite(notification))
                _missed += notification is Missed told ? told.Count : 1;
        }
    }

    /// <summary>At once: what still waits is dropped, so that a subscriber that stops need not work it off.</summary>
    public void End()
    {
        _ended = true;
        _waiting.Writer.TryComplete();
    }

    /// <returns>False when the subscription has ended.</returns>
    public async ValueTask<bool> WaitAsync() => await _waiting.Reader.WaitToReadAsync(CancellationToken.None) && !_ended;

    /// <summary>Takes the next notification along with the number that were dropped until now.</summary>
    public bool TryTake(out Notification? notification, out long missed)
    {
        lock (_lock)
        {
            (missed, _missed) = (_missed, 0);
            notification = null;
            return !_ended && _waiting.Reader.TryRead(out notification);
        }
    }
}
