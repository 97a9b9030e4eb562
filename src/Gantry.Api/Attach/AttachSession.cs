using Gantry.Agent.Runtime;

namespace Gantry.Api.Attach;

/// <summary>One client at the terminal of a one-off: the size it asked for, and when something last moved.</summary>
internal sealed class AttachSession(TimeProvider time)
{
    private readonly Lock _gate = new();
    private ITerminal? _terminal;
    private (int Width, int Height)? _size;
    private long _lastActivity = time.GetTimestamp();

    /// <summary>True once the session was ended because nothing moved for too long.</summary>
    public bool TimedOut { get; set; }

    public TimeSpan Idle => time.GetElapsedTime(Interlocked.Read(ref _lastActivity));

    public void Touch() => Interlocked.Exchange(ref _lastActivity, time.GetTimestamp());

    public void Connect(ITerminal terminal)
    {
        lock (_gate)
        {
            _terminal = terminal;
            if (_size is { } size)
                terminal.Resize(size.Width, size.Height);
        }
    }

    public void Disconnect()
    {
        lock (_gate)
            _terminal = null;
    }

    /// <summary>Takes effect at once, or when the terminal is there.</summary>
    public void Resize(int width, int height)
    {
        lock (_gate)
        {
            _size = (width, height);
            _terminal?.Resize(width, height);
        }
    }
}
