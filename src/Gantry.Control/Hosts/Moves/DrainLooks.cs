using Microsoft.Extensions.Options;

namespace Gantry.Control.Hosts.Moves;

/// <summary>
/// When to look which hosts are drained. Most of the time none is, and containers change all the time: the list of hosts is read for each
/// change only while one is drained, else when somebody asked for a drain here, and now and then for those who asked another process.
/// </summary>
internal sealed class DrainLooks(TimeProvider time, IOptions<SchedulingOptions> options)
{
    private readonly Lock _gate = new();
    private DateTimeOffset _next = DateTimeOffset.MinValue;
    private int _asked;

    /// <summary>A host is drained from now on.</summary>
    public void Ask()
    {
        lock (_gate)
            (_asked, _next) = (_asked + 1, DateTimeOffset.MinValue);
    }

    /// <returns>What goes to <see cref="Rest"/> when no host is drained; null when there is no need to look.</returns>
    public int? Begin()
    {
        lock (_gate)
            return time.GetUtcNow() < _next ? null : _asked;
    }

    /// <summary>None was drained, unless somebody has asked since.</summary>
    public void Rest(int asked)
    {
        lock (_gate)
            if (asked == _asked)
                _next = time.GetUtcNow() + options.Value.RetryInterval;
    }
}
