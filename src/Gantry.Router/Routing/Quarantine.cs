namespace Gantry.Router.Routing;

/// <summary>
/// Keeps requests away from a container that broke a connection. When a pause is over exactly one request may try it;
/// a good answer ends the quarantine, another failure doubles the pause.
/// </summary>
internal sealed class Quarantine(RouterOptions options)
{
    private readonly Lock _gate = new();
    private long _until;
    private int _failures;

    public bool IsActive => Volatile.Read(ref _failures) != 0;

    /// <summary>True when the container may get a request now. In quarantine this takes the one try that is due.</summary>
    /// <param name="now">Milliseconds on a clock that never goes back.</param>
    public bool TryPass(long now)
    {
        if (!IsActive)
            return true;
        lock (_gate)
        {
            if (_failures == 0)
                return true;
            if (now < _until)
                return false;
            _until = now + Pause();
            return true;
        }
    }

    public void Failed(long now)
    {
        lock (_gate)
        {
            // Requests that were under way together fail together; that is one failure.
            if (_failures == 0 || now >= _until - Pause())
                _failures++;
            _until = now + Pause();
        }
    }

    public void Answered()
    {
        if (!IsActive)
            return;
        lock (_gate)
            _failures = 0;
    }

    private long Pause()
    {
        var doubled = options.QuarantineBase.TotalMilliseconds * Math.Pow(2, Math.Min(_failures - 1, 20));
        return (long)Math.Min(doubled, options.QuarantineMax.TotalMilliseconds);
    }
}
