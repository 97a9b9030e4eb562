using Gantry.Scheduling.Model;
using Gantry.Scheduling.Placing;

namespace Gantry.Scheduling.Hotspots;

/// <summary>One pass over a snapshot whose hosts and containers are in the order of their ids.</summary>
internal sealed class SandpiperPass
{
    /// <summary>Moves an hour in the smallest cluster: a swap is two.</summary>
    private const int LeastBudget = 2;

    /// <summary>Expected excess, as a share of capacity, that is left alone.</summary>
    private const double Tolerated = 0.0005;

    private readonly ClusterSnapshot _snapshot;
    private readonly HotspotPolicy _policy;
    private readonly int[] _resources;
    private readonly HostLoad[] _loads;
    private readonly List<(HostLoad Load, int Resource)> _hot = [];
    private readonly Lazy<MoveRules> _rules;
    private readonly List<Resize> _resizes = [];
    private readonly List<Move> _moves = [];
    private readonly HashSet<string> _moved = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _movesOfApp = new(StringComparer.Ordinal);
    private int _budget;

    public SandpiperPass(ClusterSnapshot snapshot)
    {
        (_snapshot, _policy, _resources) = (snapshot, snapshot.Policy.Hotspots, HostLoad.Resources(snapshot));
        _rules = new Lazy<MoveRules>(() => new MoveRules(snapshot));
        _loads = [.. snapshot.Hosts.Select((host, i) => new HostLoad(snapshot, host, _resources, i))];
        Settle();
        var lately = snapshot.Containers.Count(c => c.MovedAt is { } at && snapshot.Now - at < TimeSpan.FromHours(1));
        _budget = Math.Min(_policy.MaxMoves, Math.Max(LeastBudget, (int)(_policy.MaxMovesPerHour * snapshot.Containers.Count)) - lately);
    }

    /// <summary>Hosts whose last samples and forecast are above the threshold, the worst first.</summary>
    public IReadOnlyList<(string Host, string Resource)> Hot() =>
        [.. _hot.OrderByDescending(h => h.Load.Risk).ThenBy(h => h.Load.Index).Select(h => (h.Load.Host.Id, Name(h.Resource)))];

    public Plan Run()
    {
        foreach (var load in _loads)
            if (load.Host.State == HostState.Ready && !IsAtRisk(load)) Resize(load);
        if (_loads.Any(IsAtRisk)) Relieve();
        var boot = _snapshot.Containers.Where(c => _moved.Contains(c.Id)).Select(Sandpiper.Boot).DefaultIfEmpty().Max();
        return new Plan { Resizes = _resizes, Waves = _moves.Count == 0 ? [] : [new MoveWave(_moves, boot)], Alarms = [.. SnapshotRules.Orphans(_snapshot), .. Alarms()] };
    }

    private void Settle()
    {
        var memory = _snapshot.Resources.ToList().IndexOf(ResourceNames.Memory);
        var byId = _loads.ToDictionary(l => l.Host.Id, StringComparer.Ordinal);
        foreach (var container in _snapshot.Containers)
            if (byId.TryGetValue(container.Host, out var load)) load.Add(new ContainerLoad(container, _resources, memory));
        foreach (var load in _loads)
        {
            for (var i = 0; i < _resources.Length; i++)
            {
                if (load.Host.State == HostState.Down || !load.IsHot(i)) continue;
                _hot.Add((load, i));
                load.RaiseToLatest(i);
            }

            load.Update();
        }
    }

    private bool IsAtRisk(HostLoad load) => load.Host.State != HostState.Down && load.Risk > Tolerated;

    /// <summary>What its limit holds back on a host with room gets a higher one: that restarts nothing.</summary>
    private void Resize(HostLoad load)
    {
        foreach (var container in load.Containers.Select(c => c.Container).Where(c => c.MaxLimits.Count > 0))
        {
            var now = container;
            for (var r = 0; r < _snapshot.Resources.Count; r++)
            {
                var want = (long)Math.Ceiling(Math.Min(container.MaxLimits[r], PeakEstimate.Of(container, r)));
                if (want <= container.Limits[r]) continue;
                var more = now with { Limits = [.. now.Limits.Select((limit, i) => i == r ? want : limit)] };
                if (!_rules.Value.Allows(more, load.Host, [now])) continue;
                _rules.Value.Resized(now, more);
                _resizes.Add(new Resize(
                    container.Id, load.Host.Id, _snapshot.Resources[r], container.Limits[r], want,
                    Sandpiper.Text($"{container.Id} is held back by its limit of {_snapshot.Resources[r]}, and {load.Host.Id} has room for more")));
                now = more;
            }
        }
    }

    /// <summary>The host with the most expected excess is relieved by one move, then again whichever has the most.</summary>
    private void Relieve()
    {
        var rules = _rules.Value;
        var search = new ReliefSearch(rules, MayMove);
        var order = Comparer<HostLoad>.Create((a, b) => a.Fullness != b.Fullness ? a.Fullness.CompareTo(b.Fullness) : a.Index.CompareTo(b.Index));
        var targets = _loads.Order(order).ToList();
        var stuck = new HashSet<HostLoad>();
        while (_budget > 0 && Worst(stuck) is { } hot)
        {
            if ((search.Move(hot, targets) ?? (_budget > 1 && IsHot(hot) ? search.Swap(hot, targets) : null)) is not { } relief)
            {
                stuck.Add(hot);
                continue;
            }

            targets.RemoveAt(targets.BinarySearch(hot, order));
            targets.RemoveAt(targets.BinarySearch(relief.Target, order));
            Record(relief, hot, rules);
            foreach (var changed in (HostLoad[])[hot, relief.Target])
            {
                changed.Update();
                targets.Insert(~targets.BinarySearch(changed, order), changed);
            }
        }
    }

    private HostLoad? Worst(HashSet<HostLoad> stuck)
    {
        HostLoad? worst = null;
        foreach (var load in _loads)
            if (IsAtRisk(load) && load.Risk > (worst?.Risk ?? 0) && !stuck.Contains(load)) worst = load;
        return worst;
    }

    private bool MayMove(ContainerLoad load)
    {
        var c = load.Container;
        return c.Movable && c.Volume.Length == 0 && !_moved.Contains(c.Id) && _movesOfApp.GetValueOrDefault(c.App) < _policy.MaxMovesPerApp
            && !(c.MovedAt is { } at && (_snapshot.Now - at).TotalSeconds < _policy.CoolDownSeconds);
    }

    private void Record(Relief relief, HostLoad hot, MoveRules rules)
    {
        var (container, target) = (relief.Container.Container.Id, relief.Target.Host.Id);
        if (relief.Back is { } back)
        {
            var why = Sandpiper.Text($"{State(hot)} and no host has room: {container} and {back.Container.Id} change places");
            Record(relief.Container, hot, relief.Target, rules, why, [back.Container.Id]);
            Record(back, relief.Target, hot, rules, why, [container]);
        }
        else
        {
            Record(relief.Container, hot, relief.Target, rules, Sandpiper.Text($"{State(hot)}; {container} relieves it most for what its move costs, and {target} is the least loaded that can take it"), []);
        }
    }

    private void Record(ContainerLoad container, HostLoad from, HostLoad to, MoveRules rules, string why, IReadOnlyList<string> swap)
    {
        _moves.Add(new Move(container.Container.Id, from.Host.Id, to.Host.Id, why) { Swap = swap });
        from.Remove(container);
        to.Add(container);
        rules.Moved(container.Container, from.Host.Id, to.Host.Id);
        _moved.Add(container.Container.Id);
        _movesOfApp[container.Container.App] = _movesOfApp.GetValueOrDefault(container.Container.App) + 1;
        _budget--;
    }

    private bool IsHot(HostLoad load) => _hot.Any(h => h.Load == load);

    private string State(HostLoad load)
    {
        foreach (var (hot, resource) in _hot)
            if (hot == load) return $"{load.Host.Id} is hot on {Name(resource)}";
        return Sandpiper.Text($"{load.Host.Id} is expected to be {load.Risk:0.0%} of its capacity above the threshold on average");
    }

    /// <summary>For each host that was found hot and is expected to stay so.</summary>
    private IEnumerable<string> Alarms()
    {
        foreach (var (load, i) in _hot)
            if (load.Mean(i) > _policy.Threshold * load.Host.Capacity[_resources[i]])
                yield return $"{load.Host.Id} is hot on {Name(i)}" + (_budget > 0
                    ? " and no host can take a container of it: the cluster is short of capacity. Add a host."
                    : ", but the moves of this hour are used up: raise MaxMovesPerHour, or wait.");
    }

    private string Name(int i) => _snapshot.Resources[_resources[i]];
}
