using Gantry.Scheduling.Model;

namespace Gantry.Scheduling.Tests.Support;

/// <summary>Carries waves out as a platform does: copies start and become ready in any order, each old container ends when its copy is ready, and power may fail
/// between any two of these. Nothing of the product is used but its model.</summary>
internal sealed class Executor(ClusterSnapshot snapshot, Draw d)
{
    /// <summary>By container: where it runs; two hosts while its copy starts or its old one ends.</summary>
    private readonly Dictionary<string, List<string>> _on = snapshot.Containers.ToDictionary(c => c.Id, c => new List<string> { c.Host });

    private readonly Dictionary<string, ContainerSnapshot> _containers = snapshot.Containers.ToDictionary(c => c.Id);

    private readonly Dictionary<string, long[]> _room = snapshot.Hosts.ToDictionary(h => h.Id, h => snapshot.Resources.Select((_, r) => new PlainPlacement(snapshot).Promisable(h, r)).ToArray());

    /// <summary>Every rule that was broken at any moment.</summary>
    public List<string> Broken { get; } = [];

    /// <summary>Steps done: copies started and old containers ended.</summary>
    public int Steps { get; private set; }

    /// <summary>The cluster as it is between two waves.</summary>
    public ClusterSnapshot Now => snapshot with { Containers = [.. snapshot.Containers.Select(c => c with { Host = _on[c.Id][0] })] };

    /// <summary>The waves one after the other, until so many steps are done; false when power failed before the end.</summary>
    public bool Run(IEnumerable<MoveWave> waves, int steps)
    {
        foreach (var wave in waves)
        {
            var starting = d.Shuffled(wave.Moves).ToList();
            var ready = new List<Move>();
            while (starting.Count + ready.Count > 0)
            {
                if (Steps == steps)
                {
                    Recover(wave);
                    return false;
                }

                Steps++;
                if (ready.Count == 0 || (starting.Count > 0 && d.Once(2)))
                {
                    Start(starting[0]);
                    ready.Add(starting[0]);
                    starting.RemoveAt(0);
                }
                else
                {
                    var at = d.Int(0, ready.Count - 1);
                    _on[ready[at].ContainerId].Remove(ready[at].From);
                    ready.RemoveAt(at);
                }

                Check();
            }
        }

        return true;
    }

    private void Start(Move move)
    {
        if (_on[move.ContainerId] is not [var host] || host != move.From) Broken.Add($"{move.ContainerId} does not run on {move.From} alone");
        _on[move.ContainerId].Add(move.To);
    }

    /// <summary>After a power cut: of two copies either may have lived on; the other is removed.</summary>
    private void Recover(MoveWave wave)
    {
        foreach (var move in wave.Moves)
            if (_on[move.ContainerId].Count == 2) _on[move.ContainerId].RemoveAt(d.Int(0, 1));
        Check();
    }

    /// <summary>Every container runs somewhere, no host holds more than it promises of what came there, and hosts that take nothing got nothing.</summary>
    private void Check()
    {
        foreach (var (id, hosts) in _on)
            if (hosts.Count is < 1 or > 2) Broken.Add($"{id} runs {hosts.Count} times");
        foreach (var host in snapshot.Hosts)
        {
            var there = _on.Where(o => o.Value.Contains(host.Id)).Select(o => _containers[o.Key]).ToList();
            var came = there.Where(c => c.Host != host.Id).ToList();
            if (came.Count == 0) continue;
            if (host.State != HostState.Ready) Broken.Add($"{came[0].Id} came to {host.Id}, which takes nothing");
            for (var r = 0; r < snapshot.Resources.Count; r++)
                if (came.Any(c => c.Limits[r] > 0) && there.Sum(c => c.Limits[r]) > _room[host.Id][r]) Broken.Add($"{host.Id} holds too much {snapshot.Resources[r]} for {came[0].Id}");
        }
    }
}
