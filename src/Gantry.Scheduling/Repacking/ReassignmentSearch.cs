namespace Gantry.Scheduling.Repacking;

/// <summary>Simulated annealing on a reassignment: shifts and swaps, any-time, the same for a seed and a number of steps. Several searches
/// with seeds of their own may run at the same time; the caller keeps the best.</summary>
public sealed class ReassignmentSearch(ReassignmentProblem problem, ulong seed)
{
    private readonly ReassignmentState _state = new(problem);
    private readonly int[] _best = (int[])problem.Initial.Clone();
    private SeededRandom _random = new(seed);

    public long BestCost { get; private set; } = long.MaxValue;

    /// <summary>By process: its machine in the best assignment so far.</summary>
    public IReadOnlyList<int> Best => _best;

    public long Cost => _state.Cost;

    /// <summary>A scale for temperatures: the mean rise of cost of a random allowed shift.</summary>
    public double Scale(int samples = 20_000)
    {
        double sum = 0;
        var count = 0;
        for (var i = 0; i < samples; i++)
        {
            if (_state.ShiftDelta(_random.Next(problem.Processes.Length), _random.Next(problem.Machines.Length)) is not (> 0 and var delta)) continue;
            sum += delta;
            count++;
        }

        return count == 0 ? 1 : sum / count;
    }

    /// <summary>Tries that many moves while the temperature falls geometrically.</summary>
    public void Run(long steps, double from, double to)
    {
        const int part = 1024;
        var cooling = Math.Pow(to / from, part / (double)Math.Max(part, steps));
        var temperature = from;
        for (long step = 0; step < steps; step++)
        {
            if (step % part == 0)
            {
                temperature *= cooling;
                Remember();
            }

            Step(-temperature * Math.Log(1 - _random.NextDouble()));
        }

        Remember();
    }

    private void Step(double limit)
    {
        var process = _random.Next(problem.Processes.Length);
        if ((_random.NextUInt64() & 1) == 0)
        {
            var to = _random.Next(problem.Machines.Length);
            if (_state.ShiftDelta(process, to) is { } delta && delta <= limit) _state.Shift(process, to, delta);
        }
        else
        {
            var other = _random.Next(problem.Processes.Length);
            if (_state.SwapDelta(process, other) is { } delta && delta <= limit) _state.Swap(process, other, delta);
        }
    }

    private void Remember()
    {
        if (_state.Cost >= BestCost) return;
        BestCost = _state.Cost;
        _state.Of.CopyTo(_best, 0);
    }
}
