using Microsoft.Extensions.Logging;

namespace Gantry.Coordination.Etcd;

/// <summary>
/// Held until its own clock says that etcd may let it expire, less a fifth: that much the two clocks may differ in
/// speed, and that long the holder has to stop.
/// </summary>
internal sealed partial class EtcdLease : ILease
{
    private readonly EtcdClient _client;
    private readonly string _key;
    private readonly EtcdHolder _holder;
    private readonly TimeSpan _ttl;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _lost;
    private readonly CancellationTokenSource _ended = new();
    private readonly Task _keeping;
    private int _disposed;

    public EtcdLease(EtcdClient client, string key, EtcdHolder holder, long asked, TimeSpan ttl, TimeProvider time, ILogger logger)
    {
        (_client, _key, _holder, _ttl, _time, _logger) = (client, key, holder, ttl, time, logger);
        _lost = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        Extend(asked);
        _keeping = Task.Run(KeepAsync);
    }

    public long FencingToken => _holder.CreateRevision;

    public CancellationToken Lost => _lost.Token;

    /// <summary>How often etcd has confirmed it.</summary>
    public int Renewals { get; private set; }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        await _ended.CancelAsync();
        await _keeping;
        _lost.CancelAfter(Timeout.InfiniteTimeSpan);
        try
        {
            await _client.RevokeAsync(_holder.Lease, CancellationToken.None);
        }
        catch (CoordinationException e)
        {
            Log.NotGivenBack(_logger, _key, _ttl, e.Message);
        }

        _ended.Dispose();
    }

    private async Task KeepAsync()
    {
        var pause = _ttl / 3;
        while (!_lost.IsCancellationRequested && await PauseAsync(pause))
            pause = await RenewAsync() ? _ttl / 3 : _ttl / 15;
        if (_lost.IsCancellationRequested)
            Log.Lost(_logger, _key);
    }

    /// <returns>False when etcd did not answer: it is asked again soon, for as long as there is time.</returns>
    private async Task<bool> RenewAsync()
    {
        var asked = _time.GetTimestamp();
        try
        {
            // The key too: somebody may have deleted it by hand, and then another may have it.
            if (await _client.KeepAliveAsync(_holder.Lease, _ended.Token) && await _client.FindAsync(_key, _ended.Token) == _holder)
                Confirm(asked);
            else
                await _lost.CancelAsync();
            return true;
        }
        catch (OperationCanceledException)
        {
            // Given back meanwhile.
            return true;
        }
        catch (CoordinationException e)
        {
            Log.NotRenewed(_logger, _key, e.Message);
            return false;
        }
    }

    private void Confirm(long asked)
    {
        Renewals++;
        Extend(asked);
    }

    /// <remarks>Once lost it stays lost: a source that was cancelled takes no new time.</remarks>
    private void Extend(long asked)
    {
        var left = _ttl * 0.8 - _time.GetElapsedTime(asked);
        if (left > TimeSpan.Zero)
            _lost.CancelAfter(left);
        else
            _lost.Cancel();
    }

    private async Task<bool> PauseAsync(TimeSpan pause)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_ended.Token, _lost.Token);
        await Task.Delay(pause, _time, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return !_ended.IsCancellationRequested;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "The lease {Key} was not renewed: {Reason}")]
        public static partial void NotRenewed(ILogger logger, string key, string reason);

        [LoggerMessage(Level = LogLevel.Warning, Message = "The lease {Key} is lost")]
        public static partial void Lost(ILogger logger, string key);

        [LoggerMessage(Level = LogLevel.Warning, Message = "The lease {Key} was not given back and ends by itself within {Ttl}: {Reason}")]
        public static partial void NotGivenBack(ILogger logger, string key, TimeSpan ttl, string reason);
    }
}
