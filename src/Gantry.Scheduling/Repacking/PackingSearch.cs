namespace Gantry.Scheduling.Repacking;

/// <summary>Local search by simulated annealing with shifts and swaps. Each round deals the hosts to workers at random; workers share no
/// host, so the caller may run them on as many threads as it likes, and the result depends on the seed and the steps only.</summary>
public sealed class PackingSearch(PackingState state, IReadOnlyList<int> hosts, int workers, ulong seed)
{
    private readonly int[] _deck = [.. hosts];
    private SeededRandom _random = new(seed);

    /// <summary>The workers of one round; run each once before the next round is dealt.</summary>
    /// <param name="steps">Moves each worker tries.</param>
    /// <param name="from">Temperature at the beginning, in the unit of cost.</param>
    /// <param name="to">Temperature at the end; above 0.</param>
    public IReadOnlyList<PackingWorker> Deal(int steps, double from, double to)
    {
        _random.Shuffle(_deck);
        var share = _deck.Length / workers;
        return
        [
            .. Enumerable.Range(0, workers).Select(w =>
                new PackingWorker(state, _deck[(w * share)..(w == workers - 1 ? _deck.Length : (w + 1) * share)], _random.NextUInt64(), steps, from, to)),
        ];
    }
}

/// <summary>Anneals some hosts of a packing.</summary>
public sealed class PackingWorker(PackingState state, int[] hosts, ulong seed, int steps, double from, double to)
{
    private SeededRandom _random = new(seed);
    private double _limit;

    /// <summary>Tries all steps; the temperature falls geometrically.</summary>
    public void Run()
    {
        if (hosts.Length < 2) return;
        var temperature = from;
        const int part = 256;
        var cooling = Math.Pow(to / from, part / (double)Math.Max(part, steps));
        for (var step = 0; step < steps; step++)
        {
            if (step % part == 0) temperature *= cooling;
            _limit = -temperature * Math.Log(1 - _random.NextDouble());
            Step();
        }
    }

    private void Step()
    {
        var a = hosts[_random.Next(hosts.Length)];
        var b = hosts[_random.Next(hosts.Length)];
        if (a == b || state.Count(a) == 0) return;
        var item = state.ItemAt(a, _random.Next(state.Count(a)));
        if (state.Count(b) == 0 || (_random.NextUInt64() & 3) == 0) Shift(item, a, b);
        else Swap(item, a, b, state.ItemAt(b, _random.Next(state.Count(b))));
    }

    private void Shift(int item, int a, int b)
    {
        var app = state.Problem.AppOf[item];
        var before = state.CostOf(a) + state.CostOf(b);
        var costB = state.CostWith(b, app, -1);
        if (costB - before > _limit) return;
        var costA = state.CostWith(a, -1, app);
        if (costA + costB - before > _limit) return;
        state.Remove(item, costA);
        state.Add(item, b, costB);
    }

    private void Swap(int item, int a, int b, int other)
    {
        var (app, otherApp) = (state.Problem.AppOf[item], state.Problem.AppOf[other]);
        if (app == otherApp) return;
        var before = state.CostOf(a) + state.CostOf(b);
        var costB = state.CostWith(b, app, otherApp);
        if (costB - before > _limit) return;
        var costA = state.CostWith(a, otherApp, app);
        if (costA + costB - before > _limit) return;
        state.Remove(item, 0);
        state.Remove(other, 0);
        state.Add(item, b, costB);
        state.Add(other, a, costA);
    }
}
