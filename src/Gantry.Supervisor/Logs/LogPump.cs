using Gantry.Linux.Pipes;

namespace Gantry.Supervisor.Logs;

/// <summary>
/// Moves what containers write from their FIFOs to their spools, all of them on the one event loop. After a restart
/// of the process, <see cref="Add"/> goes on where it was killed.
/// </summary>
/// <param name="report">Gets a sentence for the operator when a log cannot be written, and when it can again.</param>
internal sealed class LogPump(EventLoop loop, SpoolLimits limits, TimeProvider clock, Action<string> report) : IDisposable
{
    private readonly Dictionary<string, PumpedLog> _logs = [];

    /// <summary>Whose end has to wait for room on the disk.</summary>
    private readonly Dictionary<string, PumpedLog> _ending = [];

    /// <summary>
    /// Opens the FIFO (and makes it first if there is none) and keeps it open until <see cref="Complete"/>, so that
    /// its content outlives its writers. Call it before the container starts; repeating it does nothing.
    /// </summary>
    /// <exception cref="IOException">The FIFO cannot be made or opened, or another process writes the spool.</exception>
    public void Add(string containerId, string fifoPath, string spoolDirectory, LogRate? rate = null)
    {
        if (_logs.ContainsKey(containerId)) return;
        var fifo = Fifo.Open(fifoPath);
        try
        {
            var own = limits with { Rate = rate };
            // A start that failed is tried again: its log goes on, with what it has lost so far.
            var writer = _ending.Remove(containerId, out var before) ? before.Release() : new SpoolWriter(spoolDirectory, own, clock);
            writer.Open();
            _logs[containerId] = new PumpedLog(containerId, fifo, writer, loop, own, report);
        }
        catch
        {
            fifo.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Call it when all processes of the container are dead: takes their last words, marks the end and closes the
    /// FIFO. The spool stays, and so does the FIFO's name. Unknown ids are fine.
    /// </summary>
    public void Complete(string containerId)
    {
        if (!_logs.Remove(containerId, out var log)) return;
        _ending[containerId] = log;
        log.Complete(() => _ending.Remove(containerId));
    }

    /// <summary>Lines of a container that were discarded since this process looks after it.</summary>
    public long LostLines(string containerId) => _logs.GetValueOrDefault(containerId)?.LostLines ?? 0;

    public void Dispose()
    {
        foreach (var log in _logs.Values) log.Dispose();
        foreach (var log in _ending.Values) log.Release().Dispose();
        _logs.Clear();
        _ending.Clear();
    }
}
