using Gantry.Scheduling.Model;
using Gantry.Scheduling.Placing;

namespace Gantry.Scheduling.Hotspots;

/// <summary>One pass over a canonical snapshot.</summary>
internal sealed class SandpiperPass
{
    /// <summary>Moves an hour in the smallest cluster: a swap is two.</summary>
    private const int LeastBudget = 2;

    private readonly ClusterSnapshot _snapshot;
    private readonly HotspotPolicy _policy;
    private readonly SortedDictionary<string, HostLoad> _loads = new(StringComparer.Ordinal);
    private readonly List<Move> _moves = [];
    private readonly List<string> _alarms = [];
    private readonly HashSet<string> _moved = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _movesOfApp = new(StringComparer.Ordinal);
    private readonly Lazy<MoveRules> _rules;
    private readonly int _memory;
    private int _budget;

    public SandpiperPass(ClusterSnapshot snapshot)
    {
        (_snapshot, _policy) = (snapshot, snapshot.Policy.Hotspots);
        foreach (var host in snapshot.Hosts) _loads[host.Id] = new HostLoad(snapshot, host);
        foreach (var container in snapshot.Containers)
            if (_loads.TryGetValue(container.Host, out var load)) load.Add(container);
        _rules = new Lazy<MoveRules>(() => new MoveRules(snapshot));
        _memory = snapshot.Resources.ToList().IndexOf(ResourceNames.Memory);
        var lately = snapshot.Containers.Count(c => c.MovedAt is { } at && snapshot.Now - at < TimeSpan.FromHours(1));
        _budget = Math.Min(_policy.MaxMoves, Math.Max(LeastBudget, (int)(_policy.MaxMovesPerHour * snapshot.Containers.Count)) - lately);
    }

    /// <summary>Hot hosts by volume, the fullest first.</summary>
    public IEnumerable<(HostLoad Load, int Resource)> Hot() =>
        from load in _loads.Values
        where load.Host.State != HostState.Down
        from resource in HostLoad.Resources(_snapshot)
        where load.IsHot(resource)
        orderby load.Volume() descending
        select (load, resource);

    public Plan Run()
    {
        foreach (var (load, resource) in Hot().ToList())
            if (Excess(load, resource) > 0) Relieve(load, resource);
        return new Plan { Waves = _moves.Count == 0 ? [] : [new MoveWave(_moves, _snapshot.Containers.Where(c => _moved.Contains(c.Id)).Select(c => c.BootSeconds).DefaultIfEmpty().Max())], Alarms = [.. SnapshotRules.Orphans(_snapshot), .. _alarms] };
    }

    private double Excess(HostLoad load, int resource) => load.Peak(resource) - _policy.Threshold * load.Host.Capacity[resource];

    private void Relieve(HostLoad hot, int resource)
    {
        while (Excess(hot, resource) > 0)
        {
            if (_budget <= 0)
            {
                _alarms.Add($"{hot.Host.Id} is hot on {_snapshot.Resources[resource]}, but the moves of this hour are used up: raise MaxMovesPerHour, or wait.");
                return;
            }

            if (TryMove(hot, resource) || TrySwap(hot, resource)) continue;
            _alarms.Add($"{hot.Host.Id} is hot on {_snapshot.Resources[resource]} and no host can take a container of it: the cluster is short of capacity. Add a host.");
            return;
        }
    }

    private bool TryMove(HostLoad hot, int resource)
    {
        foreach (var container in Candidates(hot, resource))
        {
            foreach (var target in Targets(hot))
            {
                if (!Takes(hot, target, container, null) || !_rules.Value.Allows(container, target.Host, [])) continue;
                Record(container, hot, target, Sandpiper.Text($"{hot.Host.Id} is hot on {_snapshot.Resources[resource]}; {container.Id} relieves it most for its size, and {target.Host.Id} is the least loaded that can take it"), []);
                return true;
            }
        }

        return false;
    }

    /// <summary>A hot container against the least wanted one of a host that has no room for it alone.</summary>
    private bool TrySwap(HostLoad hot, int resource)
    {
        if (_budget < 2) return false;
        foreach (var container in Candidates(hot, resource))
        {
            foreach (var target in Targets(hot))
            {
                foreach (var back in Candidates(target, resource).Reverse())
                {
                    if (target.PeakOf(back, resource) >= hot.PeakOf(container, resource) || back.App == container.App) continue;
                    if (!Takes(hot, target, container, back) || !_rules.Value.Allows(container, target.Host, [back]) || !_rules.Value.Allows(back, hot.Host, [container])) continue;
                    var why = Sandpiper.Text($"{hot.Host.Id} is hot on {_snapshot.Resources[resource]} and no host has room: {container.Id} and {back.Id} change places");
                    Record(container, hot, target, why, [back.Id]);
                    Record(back, target, hot, why, [container.Id]);
                    return true;
                }
            }
        }

        return false;
    }

    private IEnumerable<ContainerSnapshot> Candidates(HostLoad load, int resource) =>
        load.Containers.Where(c => c.Movable && c.Volume.Length == 0 && !_moved.Contains(c.Id)
                && !(c.MovedAt is { } at && (_snapshot.Now - at).TotalSeconds < _policy.CoolDownSeconds)
                && _movesOfApp.GetValueOrDefault(c.App) < _policy.MaxMovesPerApp && load.PeakOf(c, resource) > 0)
            .OrderByDescending(c => Volume(c, load) / Sandpiper.MoveCost(c, null, _memory)).ThenBy(c => c.Id, StringComparer.Ordinal).ToList();

    private double Volume(ContainerSnapshot container, HostLoad load)
    {
        double volume = 1;
        foreach (var r in HostLoad.Resources(_snapshot))
            if (load.Host.Capacity[r] > 0) volume /= 1 - Math.Min(0.999, load.PeakOf(container, r) / load.Host.Capacity[r]);
        return volume;
    }

    private IEnumerable<HostLoad> Targets(HostLoad hot) =>
        _loads.Values.Where(l => l != hot && l.Host.State == HostState.Ready).OrderBy(l => l.Volume()).ThenBy(l => l.Host.Id, StringComparer.Ordinal).ToList();

    private bool Takes(HostLoad from, HostLoad target, ContainerSnapshot container, ContainerSnapshot? leaves)
    {
        foreach (var r in HostLoad.Resources(_snapshot))
        {
            var peak = target.Peak(r) + from.PeakOf(container, r) - (leaves is null ? 0 : target.PeakOf(leaves, r));
            if (peak > (_policy.Threshold - _policy.Hysteresis) * target.Host.Capacity[r]) return false;
        }

        return true;
    }

    private void Record(ContainerSnapshot container, HostLoad from, HostLoad to, string why, IReadOnlyList<string> swap)
    {
        _moves.Add(new Move(container.Id, from.Host.Id, to.Host.Id, why) { Swap = swap });
        to.Add(container, from.Remove(container));
        _rules.Value.Moved(container, from.Host.Id, to.Host.Id);
        _moved.Add(container.Id);
        _movesOfApp[container.App] = _movesOfApp.GetValueOrDefault(container.App) + 1;
        _budget--;
    }
}
