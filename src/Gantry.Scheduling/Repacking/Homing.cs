namespace Gantry.Scheduling.Repacking;

/// <summary>Finds places for containers that have none: best fit first, then by ejecting smaller ones, which are placed in turn. What is left
/// without a place grows smaller with each ejection, so this ends.</summary>
internal sealed class Homing(RepackWork work, IReadOnlyList<int> hosts, ulong seed)
{
    /// <summary>Hosts that fit before the best of them is taken.</summary>
    private const int Enough = 48;

    /// <summary>Hosts looked at before any that fits is taken.</summary>
    private const int Looks = 384;

    /// <summary>Hosts looked at for an ejection.</summary>
    private const int Ejections = 32;

    private readonly RepackState _state = work.State;
    private readonly RepackModel _model = work.State.Model;
    private readonly PriorityQueue<int, (double Size, int Container)> _pool = new();
    private SeededRandom _random = new(seed);

    public void Add(int container) => _pool.Enqueue(container, (-_model.KindAt(container).Size, container));

    /// <summary>Places all of them, the largest first; false when one fits nowhere or so many steps were made.</summary>
    public bool Run(long steps) => Run(steps, _ => false) && _pool.Count == 0;

    /// <summary>Places what it can without an ejection, the largest first, and gives back what fits nowhere.</summary>
    public List<int> Fill()
    {
        var left = new List<int>();
        var nowhere = new HashSet<ContainerKind>();
        while (_pool.TryDequeue(out var container, out _))
        {
            // Hosts only get fuller here: what once fitted nowhere need not be tried again.
            var kind = _model.KindAt(container);
            if (!nowhere.Contains(kind) && BestFit(kind) is >= 0 and var host)
            {
                work.Move(container, host);
                continue;
            }

            nowhere.Add(kind);
            left.Add(container);
        }

        work.Keep();
        return left;
    }

    /// <summary>As <see cref="Run(long)"/>, and gives back what fits nowhere instead of ending there.</summary>
    public List<int> RunForMost(long steps)
    {
        var left = new List<int>();
        Run(steps, container =>
        {
            left.Add(container);
            return true;
        });
        while (_pool.TryDequeue(out var container, out _)) left.Add(container);
        work.Keep();
        return left;
    }

    private bool Run(long steps, Func<int, bool> goOnWithout)
    {
        // A whole attempt, also when the steps of the search end meanwhile: how they are dealt out must decide nothing.
        var end = work.Steps - steps;
        while (_pool.TryPeek(out var container, out _))
        {
            if (work.Steps <= end) return false;
            if (BestFit(_model.KindAt(container)) is >= 0 and var host) work.Move(container, host);
            else if (Eject(container)) continue;
            else if (!goOnWithout(container)) return false;
            _pool.Dequeue();
        }

        return true;
    }

    /// <summary>The host that is left with the least room, in the L2 norm over resources by their scarcity (Panigrahy et al. 2011); -1 for none.</summary>
    private int BestFit(ContainerKind kind)
    {
        var (best, least, fitting) = (-1, double.PositiveInfinity, 0);
        var at = hosts.Count == 0 ? 0 : _random.Next(hosts.Count);
        for (var looked = 0; looked < hosts.Count && fitting < Enough && (fitting == 0 || looked < Looks); looked++, at = at + 1 == hosts.Count ? 0 : at + 1)
        {
            if (!work.Test(kind, hosts[at])) continue;
            fitting++;
            var room = _state.Room(hosts[at], kind);
            if (room < least || (room == least && hosts[at] < best)) (best, least) = (hosts[at], room);
        }

        return best;
    }

    /// <summary>Puts the container where the least has to go for it, less than itself.</summary>
    private bool Eject(int container)
    {
        var kind = _model.KindAt(container);
        var (best, least) = ((Host: -1, First: -1, Second: -1), kind.Size);
        for (var i = 0; i < Math.Min(Ejections, hosts.Count); i++)
        {
            var host = hosts[_random.Next(hosts.Count)];
            if (!kind.Open[host]) continue;
            foreach (var other in Smaller(host, least))
            {
                if (!work.Test(kind, host, _model.KindAt(other))) continue;
                (best, least) = ((host, other, -1), _model.KindAt(other).Size);
                break;
            }
        }

        if (best.Host < 0) return false;
        _pool.Dequeue();
        work.Move(best.First, -1);
        Add(best.First);
        work.Move(container, best.Host);
        return true;
    }

    /// <summary>What may go from the host and is smaller, the smallest first.</summary>
    private List<int> Smaller(int host, double size)
    {
        var list = new List<int>();
        foreach (var container in _state.Containers(host))
            if (_model.Movable[container] && _model.KindAt(container).Size < size) list.Add(container);
        list.Sort((a, b) => (_model.KindAt(a).Size, a).CompareTo((_model.KindAt(b).Size, b)));
        return list;
    }
}
