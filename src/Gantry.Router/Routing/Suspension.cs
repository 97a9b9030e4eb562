namespace Gantry.Router.Routing;

/// <summary>
/// Notices that the process did not run for a while: it was paused, or had no processor. Whoever else routes does not wait for it then, so what its table
/// names may be gone, and an address may be another app's by now. Requests wait until somebody has looked at what changed meanwhile.
/// </summary>
internal sealed class Suspension : IDisposable
{
    /// <summary>Less than other processes wait for (docs/decisions/0010).</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);

    /// <summary>When nobody can look, what is known is better than no answer.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan _every = TimeSpan.FromMilliseconds(250);

    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private long _ran;
    private long _resumed;
    private volatile bool _isFollowed;
    private volatile TaskCompletionSource? _hold;

    public Suspension(TimeProvider time)
    {
        (_time, _ran) = (time, time.GetTimestamp());
        _timer = time.CreateTimer(_ => Look(), null, _every, _every);
    }

    /// <summary>Completes when the table may be used; nearly always it is complete.</summary>
    public Task Over()
    {
        if (!_isFollowed || (_hold is null && _time.GetElapsedTime(Volatile.Read(ref _ran)) < Limit))
            return Task.CompletedTask;
        lock (_gate)
        {
            Look();
            return _hold?.Task ?? Task.CompletedTask;
        }
    }

    /// <summary>What changed before <paramref name="began"/> was looked at.</summary>
    public void Followed(long began)
    {
        lock (_gate)
        {
            _isFollowed = true;
            Look();
            if (began >= _resumed)
                End();
        }
    }

    public void Dispose()
    {
        _timer.Dispose();
        End();
    }

    private void Look()
    {
        lock (_gate)
        {
            var now = _time.GetTimestamp();
            if (_isFollowed && _time.GetElapsedTime(_ran, now) >= Limit)
                (_resumed, _hold) = (now, _hold ?? new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            else if (_hold is not null && _time.GetElapsedTime(_resumed, now) >= Patience)
                End();
            Volatile.Write(ref _ran, now);
        }
    }

    private void End()
    {
        _hold?.TrySetResult();
        _hold = null;
    }
}
