using Gantry.Bus.Delivery;
using Microsoft.Extensions.Logging;
using NATS.Client.Core;

namespace Gantry.Bus.Nats;

/// <summary>
/// What a process publishes, its own subscribers hear at once, and those of the others through the stream, in the order of whoever published. One
/// batch is under way at a time: what is sent again after a failure cannot overtake.
/// </summary>
internal sealed partial class NatsBus : IBus, IAsyncDisposable
{
    private const int MaxBatch = 256;

    /// <summary>Who has nothing to say says that: a way to the server that is closed is noticed by who sends.</summary>
    private static readonly TimeSpan _beat = TimeSpan.FromSeconds(2);

    /// <summary>At every beat a process reads at least what it sent itself. A client that waits for its server throws nothing here either.</summary>
    private static readonly TimeSpan _silence = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(200);

    private readonly string _process = Guid.NewGuid().ToString("N");
    private readonly NatsStream _stream;
    private readonly ILogger<NatsBus> _logger;
    private readonly Outbox _outbox;
    private readonly Subscriptions _subscriptions;
    private readonly Outage _outage;
    private readonly Dictionary<string, long> _lastBatches = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task[] _loops;
    private ulong _next;
    private long _acknowledged;
    private int _disposed;

    public NatsBus(NatsStream stream, NatsBusOptions options, ILogger<NatsBus> logger)
    {
        (_stream, _logger) = (stream, logger);
        _outbox = new Outbox(options.OutboxCapacity);
        _subscriptions = new Subscriptions(options.Capacity);
        _outage = new Outage(_subscriptions);
        _loops = [Task.Run(() => ReadAsync(_stopping.Token)), Task.Run(() => SendAsync(_stopping.Token))];
    }

    /// <summary>Done when nothing that another process publishes from then on can be missed unnoticed.</summary>
    public Task Listening => _listening.Task;

    /// <summary>Done when the bus is stopped, and failed as soon as one of its loops has died by a fault of ours.</summary>
    public Task Running => Task.WhenAny(_loops).Unwrap();

    /// <summary>True when the stream has all that was published here until now.</summary>
    public bool IsAcknowledged => Interlocked.Read(ref _acknowledged) >= _outbox.LastNumber;

    public void Publish(Notification notification)
    {
        _subscriptions.Offer(notification);
        _outbox.Add(notification);
    }

    public IAsyncEnumerable<Notification> Subscribe(CancellationToken token) => _subscriptions.Subscribe(token);

    /// <remarks>Called twice by a container that knows it under two names.</remarks>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        await _stopping.CancelAsync();
        await Task.WhenAll(_loops);
        _stopping.Dispose();
    }

    private async Task SendAsync(CancellationToken token)
    {
        try
        {
            // The reader makes the stream.
            await _listening.Task.WaitAsync(token);
            for (var number = 1L; ; number++)
            {
                var items = await _outbox.TakeAsync(MaxBatch, _beat, token);
                await StoreAsync(new NotificationBatch(_process, number, items), token);
                if (items.Count > 0)
                    Interlocked.Exchange(ref _acknowledged, items[^1].Number);
            }
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            // The program stops; what was not sent is read from the stores by whoever starts next.
        }
    }

    private async Task StoreAsync(NotificationBatch batch, CancellationToken token)
    {
        var bytes = batch.ToBytes();
        while (true)
        {
            try
            {
                await _stream.StoreAsync($"{_process}-{batch.Number}", bytes, token);
                _outage.End(Way.ToServer);
                return;
            }
            catch (Exception e) when (IsOutage(e) && !token.IsCancellationRequested)
            {
                if (_outage.Note(Way.ToServer))
                    Log.NotSent(_logger, batch.Items.Count, e.Message);
                await Task.Delay(_pause, token);
            }
        }
    }

    private async Task ReadAsync(CancellationToken token)
    {
        while (!token.IsCancellationRequested)
        {
            try
            {
                await BeginAsync(token);
                await FollowAsync(token);
            }
            catch (Exception e) when (IsOutage(e) || token.IsCancellationRequested)
            {
                if (!token.IsCancellationRequested && _outage.Note(Way.FromServer))
                    Log.NotRead(_logger, e.Message);
            }

            await Task.Delay(_pause, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>At its end for the first time, and later where it stopped; or at the start of a stream that was made anew.</summary>
    private async Task BeginAsync(CancellationToken token)
    {
        var (first, last) = await _stream.PrepareAsync(token);
        if (_next == 0)
        {
            _next = last + 1;
        }
        else if (last + 1 < _next)
        {
            _next = Math.Max(first, 1);
            _subscriptions.Offer(new Missed(1));
        }

        _listening.TrySetResult();
    }

    /// <exception cref="TimeoutException">Nothing is readable any more, not even what this process sends.</exception>
    private async Task FollowAsync(CancellationToken token)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(token);
        patience.CancelAfter(_silence);
        try
        {
            await foreach (var (sequence, bytes) in _stream.ReadAsync(_next, patience.Token))
            {
                patience.CancelAfter(_silence);
                _outage.End(Way.FromServer);
                Deliver(sequence, bytes);
            }
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            // Told below, like an enumeration that ends without a word.
        }

        token.ThrowIfCancellationRequested();
        throw new TimeoutException($"nothing was read for {_silence.TotalSeconds} s, not even what this process sent");
    }

    private void Deliver(ulong sequence, byte[]? bytes)
    {
        if (sequence < _next)
            return;
        if (sequence > _next)
            _subscriptions.Offer(new Missed((long)(sequence - _next)));
        _next = sequence + 1;
        if (NotificationBatch.FromBytes(bytes) is not { } batch)
            _subscriptions.Offer(new Missed(1));
        else if (batch.Process != _process && IsNew(batch))
            foreach (var item in batch.Items)
                _subscriptions.Offer(item.ToNotification());
    }

    /// <summary>The server forgets what it has seen after a while; a batch that was repeated later is noticed here.</summary>
    private bool IsNew(NotificationBatch batch)
    {
        if (batch.Number <= _lastBatches.GetValueOrDefault(batch.Process))
            return false;
        _lastBatches[batch.Process] = batch.Number;
        return true;
    }

    /// <summary>All that the way to the server and back can throw; anything else is a fault of ours and ends the loop.</summary>
    private static bool IsOutage(Exception e) => e is NatsException or IOException or TimeoutException or OperationCanceledException
        or System.Net.Sockets.SocketException;

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} notifications wait for NATS: {Reason}")]
        public static partial void NotSent(ILogger logger, int count, string reason);

        [LoggerMessage(Level = LogLevel.Warning, Message = "NATS is not readable, notifications are late: {Reason}")]
        public static partial void NotRead(ILogger logger, string reason);
    }
}
