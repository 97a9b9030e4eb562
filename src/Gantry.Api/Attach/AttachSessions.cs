using System.Collections.Concurrent;
using Gantry.Domain;

namespace Gantry.Api.Attach;

/// <summary>Sessions of this process by container. They are forgotten an hour after they ended.</summary>
internal sealed class AttachSessions(TimeProvider time)
{
    private static readonly TimeSpan Memory = TimeSpan.FromHours(1);
    private readonly ConcurrentDictionary<ContainerId, AttachSession> _sessions = new();
    private readonly ConcurrentDictionary<ContainerId, byte> _connected = new();

    public AttachSession Get(ContainerId id)
    {
        foreach (var (old, session) in _sessions)
        {
            if (session.Idle > Memory && !_connected.ContainsKey(old))
                _sessions.TryRemove(old, out _);
        }

        return _sessions.GetOrAdd(id, _ => new AttachSession(time));
    }

    /// <summary>False when a client is at this terminal already.</summary>
    public bool TryEnter(ContainerId id) => _connected.TryAdd(id, 0);

    public bool IsConnected(ContainerId id) => _connected.ContainsKey(id);

    public void Leave(ContainerId id) => _connected.TryRemove(id, out _);
}
