using Gantry.Scheduling.Model;

namespace Gantry.Scheduling.Repacking;

/// <summary>Takes the best single move, again and again: of a container on one of the hosts that need it most to one of those that need it
/// least, then a swap where no move helps. Looks at more hosts only when few give nothing.</summary>
/// <remarks>For balance, the greedy of Arzuaga and Kaeli (2010): predict the imbalance after each move and take the largest gain.</remarks>
internal sealed class LoadShifting : IRepackPhase
{
    private const double LeastGain = 1e-6;

    private const int First = 8;

    private readonly RepackWork _work;
    private readonly RepackState _state;
    private readonly RepackModel _model;
    private readonly bool _balance;
    private readonly int[] _ready;
    private readonly double[] _load;
    private int _width = First;

    public LoadShifting(RepackWork work, bool balance)
    {
        (_work, _state, _model, _balance) = (work, work.State, work.State.Model, balance);
        _ready = [.. Enumerable.Range(0, _model.Hosts.Length).Where(h => _model.Hosts[h].State == HostState.Ready)];
        _load = new double[_model.Hosts.Length];
        foreach (var host in _ready) _load[host] = Load(host, null, null);
    }

    public bool Step()
    {
        if (_ready.Length < 2 || (_balance && RepackCost.Imbalance(_state) <= _model.Options.BalanceGoal)) return false;
        var order = _ready.OrderByDescending(h => _load[h]).ThenBy(h => h).ToArray();
        var width = Math.Min(_width, order.Length);
        var best = new Candidate(LeastGain, -1, -1, -1);
        var (sum, squares) = (_ready.Sum(h => _load[h]), _ready.Sum(h => _load[h] * _load[h]));
        var targets = Targets(order, width);
        foreach (var swaps in (ReadOnlySpan<bool>)[false, true])
        {
            if (best.Container >= 0) break;
            foreach (var from in order.AsSpan(0, width))
                foreach (var to in targets)
                    if (to != from && _load[to] < _load[from]) Look(from, to, sum, squares, swaps, ref best);
        }

        if (best.Container < 0)
        {
            if (width == order.Length) return false;
            _width *= 4;
            return true;
        }

        return Take(best);
    }

    /// <summary>The least loaded of the hosts in use, and one empty host of each kind: the others are like it.</summary>
    private List<int> Targets(int[] order, int width) =>
        [.. order.Reverse().Where(h => _state.Count(h) > 0).Take(width), .. Empty(order.Where(h => _state.Count(h) == 0), width == order.Length)];

    private IEnumerable<int> Empty(IEnumerable<int> hosts, bool all) =>
        all ? hosts : hosts.GroupBy(h => (_model.Hosts[h].Class, _model.Hosts[h].Zone, string.Join(',', _model.Hosts[h].Capacity))).Select(g => g.First());

    private bool Take(Candidate best)
    {
        var (mark, from) = (_work.Mark, _state.HostOf[best.Container]);
        if (best.Back >= 0) _work.Move(best.Back, -1);
        _work.Move(best.Container, best.To);
        if (best.Back >= 0) _work.Move(best.Back, from);
        if (_work.IsOverBudget)
        {
            _work.BackTo(mark);
            return false;
        }

        _work.Keep();
        (_load[from], _load[best.To], _width) = (Load(from, null, null), Load(best.To, null, null), First);
        return true;
    }

    private void Look(int from, int to, double sum, double squares, bool swaps, ref Candidate best)
    {
        foreach (var container in _state.Containers(from))
        {
            if (!_model.Movable[container]) continue;
            var kind = _model.KindAt(container);
            if (!swaps) Weigh(container, -1, from, to, kind, null, sum, squares, ref best);
            else
                foreach (var back in _state.Containers(to))
                    if (_model.Movable[back] && _model.KindOf[back] != _model.KindOf[container]) Weigh(container, back, from, to, kind, _model.KindAt(back), sum, squares, ref best);
        }
    }

    private void Weigh(int container, int back, int from, int to, ContainerKind kind, ContainerKind? returns, double sum, double squares, ref Candidate best)
    {
        _work.Steps--;
        var (low, high) = (Load(from, returns, kind), Load(to, kind, returns));
        var gain = _balance
            ? RepackCost.Imbalance(sum, squares, _ready.Length) - RepackCost.Imbalance(sum + low + high - _load[from] - _load[to], squares + low * low + high * high - _load[from] * _load[from] - _load[to] * _load[to], _ready.Length)
            : _load[from] + _load[to] - low - high;
        if (back >= 0) gain /= 2;
        // Equal gains go to the lower numbers, so that the order of containers on a host decides nothing.
        if (gain < best.Gain || (gain == best.Gain && (best.Container < 0 || (container, to, back).CompareTo((best.Container, best.To, best.Back)) > 0))) return;
        if (!_work.Test(kind, to, returns) || (returns is not null && !_work.Test(returns, from, kind))) return;
        best = new Candidate(gain, container, to, back);
    }

    private double Load(int host, ContainerKind? plus, ContainerKind? minus) =>
        _balance ? RepackCost.Vsl(_state, host, plus, minus) : RepackCost.Convex(_state, host, plus, minus);

    private readonly record struct Candidate(double Gain, int Container, int To, int Back);
}
