using System.Diagnostics;
using Gantry.Bus.Delivery;

namespace Gantry.Bus.Nats;

/// <summary>
/// One direction of the way to the server, while it is closed. Nobody hears then what other processes say: subscribers are told again and again to
/// look at the stores, so that the platform goes on by itself, later by that much.
/// </summary>
internal sealed class Outage(Subscriptions subscriptions)
{
    /// <summary>To look at everything costs a large platform a second or two.</summary>
    private static readonly TimeSpan _pause = TimeSpan.FromSeconds(5);

    private long? _told;

    /// <summary>It failed, perhaps again.</summary>
    /// <returns>True when it had worked before.</returns>
    public bool Note()
    {
        var begins = _told is null;
        if (_told is { } told && Stopwatch.GetElapsedTime(told) < _pause)
            return false;
        _told = Stopwatch.GetTimestamp();
        if (!begins)
            subscriptions.Offer(new Missed(0));
        return begins;
    }

    public void End() => _told = null;
}
