using System.Collections.Concurrent;
using Gantry.Bus;
using Gantry.Control.Hosts.Remote;
using Gantry.Domain;
using Microsoft.Extensions.Options;

namespace Gantry.Control.Containers;

/// <summary>
/// Who may boot on a host now; the others wait in the order they came. Booting takes a processor for seconds where serving takes little: a host that
/// starts all it had at once, after a power cut or for another host that was lost, would be too slow for any of them to be ready in time.
/// </summary>
internal sealed class BootTurns(HostSessions sessions, IBus bus, TimeProvider time, IOptions<ControlOptions> options)
{
    private readonly ConcurrentDictionary<HostId, HostTurns> _hosts = new();
    private readonly ConcurrentDictionary<ContainerId, HostId> _where = new();

    /// <returns>Null when it may boot; else when to ask again. It is named on the bus when its turn comes earlier.</returns>
    public TimeSpan? Take(HostId host, ContainerId id)
    {
        if (_where.TryGetValue(id, out var before) && before != host)
            End(id);
        _where[id] = host;
        var turns = _hosts.GetOrAdd(host, _ => new HostTurns());
        lock (turns)
        {
            var (now, most) = (time.GetUtcNow(), MostOn(host));
            foreach (var (over, _) in turns.Booting.Where(b => now - b.Value >= options.Value.BootTurn).ToList())
                turns.Booting.Remove(over);
            if (turns.Booting.ContainsKey(id))
                return null;
            if (!turns.Waiting.Contains(id))
                turns.Waiting.Add(id);
            var (position, free) = (turns.Waiting.IndexOf(id), most - turns.Booting.Count);
            if (position >= free)
                return Until(turns, now) + (options.Value.BootTurn * ((position - free) / most));
            turns.Waiting.RemoveAt(position);
            turns.Booting[id] = now;
            return null;
        }
    }

    /// <summary>It is ready, or will not be here.</summary>
    public void End(ContainerId id)
    {
        if (!_where.TryRemove(id, out var host) || !_hosts.TryGetValue(host, out var turns))
            return;
        List<ContainerId> next;
        lock (turns)
        {
            turns.Booting.Remove(id);
            turns.Waiting.Remove(id);
            next = [.. turns.Waiting.Take(Math.Max(0, MostOn(host) - turns.Booting.Count))];
        }

        foreach (var waiting in next)
            bus.Publish(new ContainerChanged(waiting));
    }

    /// <summary>Until the next turn is over. Those whose turn it is may not have asked yet.</summary>
    private TimeSpan Until(HostTurns turns, DateTimeOffset now) =>
        turns.Booting.Count == 0 ? options.Value.BootTurn : turns.Booting.Values.Min() + options.Value.BootTurn - now;

    /// <summary>Four for each processor, and eight on the smallest: what boots also waits for its disk and its database.</summary>
    private int MostOn(HostId host) => options.Value.BootsAtOnce ?? Math.Max(8, 4 * sessions.CoresOf(host));

    private sealed class HostTurns
    {
        /// <summary>Since when.</summary>
        public Dictionary<ContainerId, DateTimeOffset> Booting { get; } = [];

        public List<ContainerId> Waiting { get; } = [];
    }
}
