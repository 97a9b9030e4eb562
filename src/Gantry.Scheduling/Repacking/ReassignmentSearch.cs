namespace Gantry.Scheduling.Repacking;

/// <summary>Simulated annealing on a reassignment: shifts and swaps, any-time, the same for a seed and a number of steps. Several searches
/// with seeds of their own may run at the same time; the caller keeps the best.</summary>
/// <remarks>Capacity may be exceeded on the way, at a price: where machines are well filled, large processes could not change places otherwise. What is kept as
/// <see cref="Best"/> breaks no rule.</remarks>
public sealed class ReassignmentSearch
{
    /// <summary>Quantiles of -ln(u), in an order without meaning: a logarithm for each step would take longer than what it decides.</summary>
    private static readonly double[] _chances = [.. Enumerable.Range(0, 4096).Select(i => -Math.Log((i + 0.5) / 4096))];

    private readonly ReassignmentProblem _problem;
    private readonly ReassignmentState _state;
    private readonly int[] _best;
    private readonly int[] _bySize;   // processes, the largest first
    private SeededRandom _random;
    private long _lackPrice;

    public ReassignmentSearch(ReassignmentProblem problem, ulong seed)
    {
        (_problem, _state, _random) = (problem, new ReassignmentState(problem), new SeededRandom(seed));
        _best = [.. problem.Initial];
        _bySize = [.. Enumerable.Range(0, problem.Processes.Length).OrderByDescending(p => Size(problem, p)).ThenBy(p => p)];
        BestCost = _state.Lack > 0 ? long.MaxValue : _state.Cost;
    }

    /// <summary>The cost of <see cref="Best"/>; the largest number while only assignments were seen that break a rule.</summary>
    public long BestCost { get; private set; }

    /// <summary>By process: its machine in the best assignment so far.</summary>
    public IReadOnlyList<int> Best => _best;

    /// <summary>The cost of where the search is, what lacks not counted.</summary>
    public long Cost => _state.Cost;

    /// <summary>What is taken of machines beyond their capacity where the search is, in units of price.</summary>
    public long Lack => _state.Lack;

    /// <summary>A scale for temperatures: the mean rise of cost of a random allowed shift.</summary>
    public double Scale(int samples = 20_000)
    {
        double sum = 0;
        var count = 0;
        for (var i = 0; i < samples; i++)
        {
            if (_state.ShiftDelta(_random.Next(_problem.Processes.Length), _random.Next(_problem.Machines.Length)) is not (> 0 and var delta)) continue;
            sum += delta;
            count++;
        }

        return count == 0 ? 1 : sum / count;
    }

    /// <summary>Tries that many moves while the temperature falls geometrically.</summary>
    /// <param name="lackPrice">Price of a unit taken beyond a capacity; 0 forbids that more are.</param>
    public void Run(long steps, double from, double to, long lackPrice = 0)
    {
        _lackPrice = lackPrice;
        // Copying an assignment takes the time of as many steps as there are processes, at most.
        var part = Math.Max(1024, _problem.Processes.Length);
        var cooling = Math.Pow(to / from, part / (double)Math.Max(part, steps));
        var temperature = from;
        for (long done = 0; done < steps; done += part)
        {
            temperature *= cooling;
            for (var i = (int)Math.Min(part, steps - done); i > 0; i--) Step(temperature);
            Remember();
        }
    }

    /// <summary>Goes on from where another search of the same problem is.</summary>
    public void Follow(ReassignmentSearch other) => _state.Become(other._state);

    /// <summary>Goes on from the best that another search of the same problem, or this one, has seen; from where it is when there is none.</summary>
    public void Return(ReassignmentSearch other)
    {
        if (other.BestCost == long.MaxValue) return;
        _state.Become(other._best, other.BestCost, 0);
        Remember();
    }

    private void Step(double temperature)
    {
        var (pick, how) = (_random.NextUInt64(), _random.NextUInt64());
        var limit = (long)(temperature * _chances[how >> 52]);
        // Every second move is about large processes: few, and worth most while the others have not settled.
        var large = (how & 16) != 0;
        var process = large ? Large(pick >> 32) : Part(pick >> 32, _problem.Processes.Length);
        // Home costs no move, and a random machine is seldom home.
        var to = (how & 7) == 0 ? _state.Home(process) : Part(pick & uint.MaxValue, _problem.Machines.Length);
        if ((how & 8) == 0) Shift(process, to, limit);
        else if (large) Swap(process, Large(pick & uint.MaxValue), limit);
        else if (_state.On(to) is { IsEmpty: false } there) Swap(process, there[Part((uint)(how >> 8), there.Length)], limit);
    }

    private void Shift(int process, int to, long limit)
    {
        if (_state.Shift(process, to, limit, _lackPrice) is { } change) _state.Shift(process, to, change);
    }

    private void Swap(int process, int other, long limit)
    {
        if (_state.Swap(process, other, limit, _lackPrice) is { } change) _state.Swap(process, other, change);
    }

    /// <summary>A process, the large ones more often: the largest hundredth a fifth of the time.</summary>
    private int Large(ulong pick)
    {
        var share = pick / (double)(1UL << 32);
        return _bySize[(int)(share * share * share * _bySize.Length)];
    }

    /// <summary>From 0 up to the bound, by 32 random bits.</summary>
    private static int Part(ulong pick, int bound) => (int)((pick * (ulong)bound) >> 32);

    /// <summary>What a process takes, in units of price.</summary>
    private static long Size(ReassignmentProblem problem, int process) => problem.Processes[process].Need.Zip(problem.Resources, (need, r) => need * Math.Max(1, r.Weight)).Sum();

    private void Remember()
    {
        if (_state.Cost >= BestCost || _state.Lack > 0) return;
        BestCost = _state.Cost;
        for (var p = 0; p < _best.Length; p++) _best[p] = _state.Of(p);
    }
}
