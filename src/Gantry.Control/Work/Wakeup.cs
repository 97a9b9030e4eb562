using System.Threading.Channels;
using Gantry.Bus;

namespace Gantry.Control.Work;

/// <summary>Lets a loop sleep until a notification that concerns it comes, or some time has passed.</summary>
internal sealed class Wakeup : IAsyncDisposable
{
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource _stop;
    private readonly TimeProvider _time;
    private readonly Task _listening;

    /// <summary>Listens from now on; ends with the token.</summary>
    public Wakeup(IBus bus, Func<Notification, bool> concerns, TimeProvider time, CancellationToken token)
    {
        _time = time;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(token);
        _listening = ListenAsync(bus.Subscribe(_stop.Token), concerns);
    }

    /// <exception cref="OperationCanceledException">The token of the constructor was cancelled.</exception>
    public async Task WaitAsync(TimeSpan longest)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        await Task.WhenAny(_signal.Reader.WaitToReadAsync(limit.Token).AsTask(), Task.Delay(longest, _time, limit.Token), _listening).ConfigureAwait(false);
        await limit.CancelAsync().ConfigureAwait(false);
        _signal.Reader.TryRead(out _);
        _stop.Token.ThrowIfCancellationRequested();
        // Nobody would ever be woken again.
        if (_listening.IsFaulted)
            await _listening.ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _listening.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task ListenAsync(IAsyncEnumerable<Notification> notifications, Func<Notification, bool> concerns)
    {
        await foreach (var notification in notifications.ConfigureAwait(false))
        {
            if (concerns(notification) | notification is Missed)
                _signal.Writer.TryWrite(true);
        }
    }
}
