using Gantry.Scheduling.Model;

namespace Gantry.Scheduling.Repacking;

/// <summary>Frees hosts, one after another: all of a host's containers find places on hosts that are used anyway, or it stays as it is. Goes
/// round until a whole round frees none. Hosts that drain come first, give what they can, and may take an empty host into use.</summary>
internal sealed class HostEmptying(RepackWork work, Func<double> cost) : IRepackPhase
{
    private const int LeastSteps = 20_000;

    private readonly RepackState _state = work.State;
    private readonly RepackModel _model = work.State.Model;
    private readonly Queue<int> _round = new();
    private bool _changed = true;

    public bool Step()
    {
        if (_round.Count == 0)
        {
            if (!_changed) return false;
            _changed = false;
            foreach (var host in Order()) _round.Enqueue(host);
            if (_round.Count == 0) return false;
        }

        var next = _round.Dequeue();
        _changed |= _model.Hosts[next].State == HostState.Draining ? Drain(next) : Empty(next);
        return true;
    }

    /// <summary>Hosts that could be emptied, those with the least to move for their price first.</summary>
    private IEnumerable<int> Order() =>
        from host in Enumerable.Range(0, _model.Hosts.Length)
        let drains = _model.Hosts[host].State == HostState.Draining
        where _state.Count(host) > 0 && (drains || _model.Hosts[host].State == HostState.Ready)
        orderby drains descending, Content(host) / Math.Max(1e-9, _model.PriceOf(host)), host
        select host;

    private double Content(int host)
    {
        double size = 0;
        // In the order of containers: a sum must not depend on who came first.
        foreach (var container in _state.Containers(host).ToArray().Order()) size += _model.KindAt(container).Size;
        return size;
    }

    private bool Empty(int host)
    {
        var there = _state.Containers(host).ToArray();
        if (there.Length == 0 || !Array.TrueForAll(there, c => _model.Movable[c]) || !MayFit(host)) return false;
        var (before, mark) = (cost(), work.Mark);
        var homing = new Homing(work, [.. Used().Where(h => h != host)], Seed(host));
        foreach (var container in there)
        {
            homing.Add(container);
            work.Move(container, -1);
        }

        if (homing.Run(Math.Max(LeastSteps, (long)there.Length * _model.Hosts.Length)) && !work.IsOverBudget && cost() < before - 1e-9)
        {
            work.Keep();
            return true;
        }

        work.BackTo(mark);
        return false;
    }

    private bool Drain(int host)
    {
        var changed = false;
        foreach (var container in _state.Containers(host).ToArray().Where(c => _model.Movable[c]).OrderByDescending(c => _model.KindAt(c).Size).ThenBy(c => c))
            changed |= !work.IsBudgetUsed && (Give(container, host, [.. Used()]) || Give(container, host, [.. Ready().Where(h => _state.Count(h) == 0)]));
        return changed;
    }

    private bool Give(int container, int host, IReadOnlyList<int> targets)
    {
        var mark = work.Mark;
        var homing = new Homing(work, targets, Seed(host));
        homing.Add(container);
        work.Move(container, -1);
        if (homing.Run(LeastSteps) && !work.IsOverBudget)
        {
            work.Keep();
            return true;
        }

        work.BackTo(mark);
        return false;
    }

    /// <summary>Whether the others have so much room at all: most hosts of a full cluster are out of the question at once.</summary>
    private bool MayFit(int host)
    {
        work.Steps--;
        if (_model.LimitShare is not { } share) return true;
        for (var r = 0; r < _model.Resources; r++)
        {
            double free = 0;
            foreach (var other in Used())
                if (other != host) free += Math.Max(0, _model.Promisable[r][other] - share * _state.Lanes(other)[LaneLayout.Limit(r)]);
            if (share * _state.Lanes(host)[LaneLayout.Limit(r)] > free + 1) return false;
        }

        return true;
    }

    private IEnumerable<int> Used() => Ready().Where(h => _state.Count(h) > 0);

    private IEnumerable<int> Ready() => Enumerable.Range(0, _model.Hosts.Length).Where(h => _model.Hosts[h].State == HostState.Ready);

    private ulong Seed(int host) => _model.Snapshot.Seed * 0x9E3779B97F4A7C15 + (ulong)host;
}
