using Gantry.Linux.Pipes;

namespace Gantry.Agent.Logs.Syslog;

/// <summary>The spool of one source; its lines may come over several connections at once.</summary>
internal sealed class SyslogSink(SyslogSource source, SpoolWriter writer, TimeProvider clock) : IDisposable
{
    private readonly Lock _lock = new();
    private bool _isEnding;

    public SyslogSource Source => source;

    /// <summary>True when the end is written down and nothing is left to do.</summary>
    public bool HasEnded { get; private set; }

    public long LostLines
    {
        get
        {
            lock (_lock)
                return writer.LostLines;
        }
    }

    /// <summary>Keeps whole lines, or counts them when they are over the rate or the disk is full.</summary>
    public void Write(ReadOnlySpan<byte> lines)
    {
        lock (_lock)
            if (!_isEnding) writer.Write(lines, clock.GetUtcNow());
    }

    /// <summary>Notes the part of a message that was not kept.</summary>
    public void NoteCut(long bytes)
    {
        lock (_lock)
            if (!_isEnding) _ = writer.TryNoteLoss(LossReason.TooLong, bytes, lines: 0);
    }

    public void Complete()
    {
        lock (_lock)
        {
            _isEnding = true;
            End();
        }
    }

    /// <summary>A sender that falls silent while its lines are discarded still gets its loss shown, once that ends.</summary>
    public void LookAfterTrouble()
    {
        lock (_lock)
        {
            if (_isEnding) End();
            else if (writer.IsLosing) writer.Open();
        }
    }

    public void Dispose()
    {
        lock (_lock) (_isEnding, HasEnded) = (true, true);
        writer.Dispose();
    }

    private void End()
    {
        if (HasEnded || !writer.TryComplete()) return;
        HasEnded = true;
        writer.Dispose();
    }
}
