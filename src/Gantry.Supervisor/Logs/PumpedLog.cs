using Gantry.Linux.Pipes;

namespace Gantry.Supervisor.Logs;

/// <summary>The FIFO and the spool of one container.</summary>
internal sealed class PumpedLog : IDisposable
{
    /// <summary>One container's share of a turn, then the others have theirs.</summary>
    private const int TurnBytes = 256 << 10;

    /// <summary>
    /// An emptied FIFO is left alone for so long: a busy writer then costs a thousand wake-ups a second, not one a
    /// line. It holds a megabyte meanwhile.
    /// </summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);
    private readonly string _name;
    private readonly Fifo _fifo;
    private readonly SpoolWriter _writer;
    private readonly EventLoop _loop;
    private readonly SpoolLimits _limits;
    private readonly Action<string> _report;
    private string? _reported;
    private IDisposable? _pause;
    private IDisposable? _retry;

    public PumpedLog(string name, Fifo fifo, SpoolWriter writer, EventLoop loop, SpoolLimits limits, Action<string> report)
    {
        (_name, _fifo, _writer, _loop, _limits, _report) = (name, fifo, writer, loop, limits, report);
        Watch();
        LookAfterTrouble();
    }

    public long LostLines => _writer.LostLines;

    /// <param name="ended">Called when the end is written down, which may have to wait for room.</param>
    public void Complete(Action ended)
    {
        // Nobody writes any more, so one filling is all there can be; a process that escaped does not hold us here.
        for (long left = _fifo.Capacity, taken; left > 0 && (taken = _writer.Take(_fifo, TurnBytes)) > 0; left -= taken) { }
        StopWatching();
        _fifo.Dispose();
        End(ended);
    }

    /// <summary>Gives up the writer of a completed log whose end could not be written down yet.</summary>
    public SpoolWriter Release()
    {
        _retry?.Dispose();
        return _writer;
    }

    /// <summary>Closes everything without an end: another process goes on.</summary>
    public void Dispose()
    {
        StopWatching();
        _fifo.Dispose();
        Release().Dispose();
    }

    private void Watch() => _loop.Add(_fifo.Descriptor, Turn);

    private void StopWatching()
    {
        _pause?.Dispose();
        _loop.Remove(_fifo.Descriptor);
    }

    private void Turn()
    {
        var left = (long)TurnBytes;
        for (long taken; left > 0 && (taken = _writer.Take(_fifo, (int)left)) > 0;) left -= taken;
        LookAfterTrouble();
        if (left <= 0) return;
        _loop.Remove(_fifo.Descriptor);
        _pause = _loop.After(Pause, Watch);
    }

    private void End(Action ended)
    {
        _retry?.Dispose();
        if (_writer.TryComplete())
        {
            _writer.Dispose();
            ended();
        }
        else _retry = _loop.After(_limits.RetryAfter, () => End(ended));
        Report();
    }

    /// <summary>A container that falls silent while its lines are discarded still gets its loss shown, once that ends.</summary>
    private void LookAfterTrouble()
    {
        Report();
        if (_writer.IsLosing) _retry ??= _loop.After(_limits.RetryAfter, Retry);
    }

    private void Retry()
    {
        _retry = null;
        _writer.Open();
        LookAfterTrouble();
    }

    private void Report()
    {
        if (_writer.Trouble == _reported) return;
        _reported = _writer.Trouble;
        _report(_reported is null
            ? $"The log of {_name} is written again; what was lost is counted in it."
            : $"The log of {_name} cannot be written, its lines are discarded and counted: {_reported}");
    }
}
