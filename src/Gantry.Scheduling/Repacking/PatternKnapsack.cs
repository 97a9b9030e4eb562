namespace Gantry.Scheduling.Repacking;

/// <summary>The most valuable pattern for a host of one size when every shape has a price: branch and bound, shapes in the order of their value for
/// what they take.</summary>
internal sealed class PatternKnapsack(PatternProblem problem, int size)
{
    private const double Epsilon = 1e-9;

    private const int Weighings = 60;

    private readonly double[] _capacity = problem.Capacity[size];
    private readonly int _resources = problem.Capacity[size].Length;
    private int[] _shapes = [];
    private double[] _price = [];
    private int[] _most = [];
    private double[] _weight = [];      // resource: its share of what a shape takes
    private double[] _density = [];     // place in the order: price for what it takes, by weight
    private double[][] _densest = [];   // resource, place: the best price for a part of this resource alone, from here on
    private int[] _taken = [];
    private int[] _bestTaken = [];
    private double _best;
    private long _nodes;

    /// <param name="prices">By shape.</param>
    /// <param name="most">By shape: how many there are.</param>
    /// <param name="nodes">Branches looked at: beyond these the pattern is good and the bound only a bound.</param>
    /// <returns>The pattern, its value, and what no pattern is worth more than.</returns>
    public (Pattern Pattern, double Value, double Bound) Solve(double[] prices, int[] most, long nodes)
    {
        Order(prices, most);
        (_best, _nodes) = (0, nodes);
        (_taken, _bestTaken) = (new int[_shapes.Length], new int[_shapes.Length]);
        Search(0, 0, _capacity);
        var pattern = new Pattern(size, [.. _shapes.Select((shape, i) => (shape, _bestTaken[i])).Where(i => i.Item2 > 0)]);
        return (pattern, _best, _nodes >= 0 ? _best + Epsilon : Math.Max(_best, Bound(0, _capacity)) + Epsilon);
    }

    private void Search(int from, double value, double[] left)
    {
        if (value > _best)
        {
            _best = value;
            _taken.CopyTo(_bestTaken, 0);
        }

        for (var i = from; i < _shapes.Length; i++)
        {
            if (value + Bound(i, left) <= _best + Epsilon) return;
            var need = problem.Need[_shapes[i]];
            if (_taken[i] == _most[i] || !Fits(need, left)) continue;
            if (--_nodes < 0) return;
            _taken[i]++;
            Search(i, value + _price[i], [.. left.Zip(need, (l, n) => l - n)]);
            _taken[i]--;
            if (_nodes < 0) return;
        }
    }

    private static bool Fits(double[] need, double[] left)
    {
        for (var r = 0; r < need.Length; r++)
            if (need[r] > left[r]) return false;
        return true;
    }

    /// <summary>What the shapes from this place on can add at most: as if they were fluids, in each resource alone and in all by weight.</summary>
    private double Bound(int from, double[] left)
    {
        if (from >= _shapes.Length) return 0;
        double weighed = 0, least = double.PositiveInfinity;
        for (var r = 0; r < _resources; r++)
        {
            var share = _capacity[r] > 0 ? left[r] / _capacity[r] : 0;
            weighed += _weight[r] * share;
            // A shape that takes nothing of a resource is bounded by others only.
            if (double.IsFinite(_densest[r][from])) least = Math.Min(least, share * _densest[r][from]);
        }

        return double.IsFinite(_density[from]) ? Math.Min(least, weighed * _density[from]) : least;
    }

    private void Order(double[] prices, int[] most)
    {
        int[] shapes = [.. Enumerable.Range(0, problem.Shapes).Where(s => problem.Open[size][s] && prices[s] > Epsilon && most[s] > 0 && Fits(problem.Need[s], _capacity))];
        Weigh(prices, shapes);
        _shapes = [.. shapes.OrderByDescending(s => Density(prices, s)).ThenBy(s => s)];
        _price = [.. _shapes.Select(s => prices[s])];
        _most = [.. _shapes.Select(s => most[s])];
        _density = [.. _shapes.Select(s => Density(prices, s))];
        _densest = [.. Enumerable.Range(0, _resources).Select(r => Densest(prices, r))];
    }

    private double[] Densest(double[] prices, int resource)
    {
        var densest = new double[_shapes.Length];
        double most = 0;
        for (var i = _shapes.Length - 1; i >= 0; i--)
        {
            var share = Share(_shapes[i], resource);
            most = Math.Max(most, share > 0 ? prices[_shapes[i]] / share : double.PositiveInfinity);
            densest[i] = most;
        }

        return densest;
    }

    /// <summary>Weights with which the best value for what is taken is small: the resource that the best shape takes most of gets dearer.</summary>
    private void Weigh(double[] prices, int[] shapes)
    {
        _weight = [.. Enumerable.Repeat(1.0 / _resources, _resources)];
        var (best, least) = (_weight.ToArray(), double.PositiveInfinity);
        for (var i = 0; i < Weighings && shapes.Length > 0; i++)
        {
            var densest = shapes.MaxBy(s => Density(prices, s));
            if (Density(prices, densest) is var density && density < least) (best, least) = ([.. _weight], density);
            var most = Enumerable.Range(0, _resources).Max(r => Share(densest, r));
            for (var r = 0; r < _resources; r++) _weight[r] *= 1 + 1.0 / (2 + i) * Share(densest, r) / Math.Max(Epsilon, most);
            var sum = _weight.Sum();
            for (var r = 0; r < _resources; r++) _weight[r] /= sum;
        }

        _weight = best;
    }

    private double Density(double[] prices, int shape)
    {
        double taken = 0;
        for (var r = 0; r < _resources; r++) taken += _weight[r] * Share(shape, r);
        return taken > 0 ? prices[shape] / taken : double.PositiveInfinity;
    }

    private double Share(int shape, int resource) => _capacity[resource] > 0 ? problem.Need[shape][resource] / _capacity[resource] : 0;
}
