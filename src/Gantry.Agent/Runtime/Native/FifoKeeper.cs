using System.Collections.Concurrent;
using Gantry.Linux.Pipes;
using Gantry.Linux.Supervision;

namespace Gantry.Agent.Runtime.Native;

/// <summary>
/// Holds the log FIFO of each running container open. The kernel throws the content of a FIFO away with its last
/// descriptor: without this, a container that dies while the supervisor is down would take its last words with it.
/// </summary>
internal sealed class FifoKeeper : IDisposable
{
    private readonly ConcurrentDictionary<string, Fifo> _held = [];
    private readonly SupervisorLauncher _launcher;

    public FifoKeeper(SupervisorLink link, SupervisorLauncher launcher)
    {
        _launcher = launcher;
        link.Changed += Follow;
        link.Connected += records =>
        {
            foreach (var record in records)
                Follow(record);
        };
    }

    public void Release(string id)
    {
        if (_held.TryRemove(id, out var fifo))
            fifo.Dispose();
    }

    public void Dispose()
    {
        foreach (var id in _held.Keys)
            Release(id);
    }

    private void Follow(ContainerRecord record)
    {
        if (record.State == States.Exited)
        {
            Release(record.Id);
            return;
        }

        var path = Path.Combine(_launcher.Settings.ContainersDirectory, record.Id, "log.fifo");
        // A container with a terminal has none.
        if (record.State == States.Running && !_held.ContainsKey(record.Id) && File.Exists(path))
            _held[record.Id] = Fifo.Open(path);
    }
}
