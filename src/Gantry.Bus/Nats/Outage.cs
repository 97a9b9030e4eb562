using System.Diagnostics;
using Gantry.Bus.Delivery;

namespace Gantry.Bus.Nats;

/// <summary>
/// The way to the server and back, while one of them is closed. Nobody hears then what other processes say: subscribers are told again and again to
/// look at the stores, so that the platform goes on by itself, later by that much.
/// </summary>
internal sealed class Outage(Subscriptions subscriptions)
{
    /// <summary>To look at everything costs a large platform a second or two.</summary>
    private static readonly TimeSpan _pause = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly HashSet<Way> _closed = [];
    private long _told;

    /// <summary>It failed, perhaps again.</summary>
    /// <returns>True when this way had been open before.</returns>
    public bool Note(Way way)
    {
        lock (_lock)
        {
            if (_closed.Count == 0)
                _told = Stopwatch.GetTimestamp();
            if (Stopwatch.GetElapsedTime(_told) >= _pause)
            {
                _told = Stopwatch.GetTimestamp();
                subscriptions.Offer(new Missed(0));
            }

            return _closed.Add(way);
        }
    }

    /// <summary>It works.</summary>
    public void End(Way way)
    {
        lock (_lock)
            _closed.Remove(way);
    }
}
