namespace Gantry.Bus.Nats;

/// <summary>
/// What waits for the server, in order and bounded. What does not fit is counted where it would have been, so that
/// every subscriber is told.
/// </summary>
internal sealed class Outbox(int capacity)
{
    private readonly Lock _lock = new();
    private readonly Queue<NotificationItem> _waiting = [];
    private readonly SemaphoreSlim _some = new(0);
    private long _number;
    private long _dropped;

    /// <summary>Number of what was published last, dropped ones included.</summary>
    public long LastNumber => Interlocked.Read(ref _number);

    public void Add(Notification notification)
    {
        lock (_lock)
        {
            var number = Interlocked.Increment(ref _number);
            if (_waiting.Count >= capacity)
            {
                _dropped++;
                return;
            }

            _waiting.Enqueue(NotificationItem.From(number, notification));
            if (_waiting.Count == 1)
                _some.Release();
        }
    }

    /// <summary>The next ones; none when there is none for that long.</summary>
    public async Task<IReadOnlyList<NotificationItem>> TakeAsync(int most, TimeSpan patience, CancellationToken token)
    {
        if (!await _some.WaitAsync(patience, token))
            return [];
        lock (_lock)
        {
            var taken = new List<NotificationItem>(Math.Min(most, _waiting.Count));
            while (taken.Count < most && _waiting.TryDequeue(out var item))
                taken.Add(item);
            TellDropped();
            if (_waiting.Count > 0)
                _some.Release();
            return taken;
        }
    }

    /// <summary>Drops happen while it is full, so what tells of them follows what is in it.</summary>
    private void TellDropped()
    {
        if (_dropped == 0)
            return;
        _waiting.Enqueue(NotificationItem.From(_number, new Missed(_dropped)));
        _dropped = 0;
    }
}
