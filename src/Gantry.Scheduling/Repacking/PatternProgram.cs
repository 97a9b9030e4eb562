namespace Gantry.Scheduling.Repacking;

/// <summary>How many hosts hold which pattern, in parts of a host, so that the fewest containers are left over: the configuration relaxation of Gilmore and
/// Gomory (1961), by the revised simplex method. Patterns are made as prices ask for them and are kept for the next demand.</summary>
internal sealed class PatternProgram
{
    private const double Epsilon = 1e-7;

    /// <summary>Pivots between two inversions of the basis from scratch.</summary>
    private const int Refresh = 100;

    private readonly PatternProblem _problem;
    private readonly PatternKnapsack[] _knapsacks;
    private readonly List<Pattern> _patterns = [];
    private readonly int _rows;
    private readonly double[] _right;
    private readonly double[][] _inverse;
    private readonly int[] _basis;      // row: a column; first what is left over, then what is covered twice, then hosts without a pattern, then patterns
    private readonly double[] _value;   // row
    private readonly double[] _prices;  // row
    private readonly double[] _way;     // row: the entering column in terms of the basis

    public PatternProgram(PatternProblem problem)
    {
        _problem = problem;
        _knapsacks = [.. Enumerable.Range(0, problem.Sizes).Select(s => new PatternKnapsack(problem, s))];
        _rows = problem.Shapes + problem.Sizes;
        (_right, _basis, _value, _prices, _way) = (new double[_rows], new int[_rows], new double[_rows], new double[_rows], new double[_rows]);
        _inverse = [.. Enumerable.Range(0, _rows).Select(_ => new double[_rows])];
    }

    /// <summary>By shape: what a container of it is worth; from 0 (there is room for more of it) to 1 (one more would be left over).</summary>
    public double[] Prices => [.. _prices.Take(_problem.Shapes).Select(p => Math.Clamp(p, 0, 1))];

    /// <summary>Containers that are left over in the relaxation.</summary>
    public double LeftOver => Enumerable.Range(0, _rows).Where(r => _basis[r] < _problem.Shapes).Sum(r => _value[r]);

    /// <summary>Patterns and on how many hosts they are.</summary>
    public IEnumerable<(Pattern Pattern, double Hosts)> Solution =>
        Enumerable.Range(0, _rows).Where(r => _basis[r] >= FirstPattern && _value[r] > Epsilon).Select(r => (_patterns[_basis[r] - FirstPattern], _value[r]));

    private int FirstPattern => 2 * _problem.Shapes + _problem.Sizes;

    /// <summary>Solves for a demand and a number of hosts of each size, with so many rounds of new patterns at most.</summary>
    public void Solve(int[] demand, int[] hosts, int rounds, long nodes)
    {
        Begin(demand, hosts);
        Optimize();
        for (var round = 0; round < rounds && Generate(demand, hosts, nodes); round++) Optimize();
    }

    /// <summary>What a host of a size can be worth at most at these prices.</summary>
    public double Worth(int size, double[] prices, int[] demand, long nodes) => _knapsacks[size].Solve(prices, demand, nodes).Bound;

    private bool Generate(int[] demand, int[] hosts, long nodes)
    {
        var (prices, found) = (Prices, false);
        for (var size = 0; size < _problem.Sizes; size++)
        {
            if (hosts[size] == 0) continue;
            var (pattern, value, _) = _knapsacks[size].Solve(prices, demand, nodes);
            if (value + _prices[_problem.Shapes + size] <= Epsilon) continue;
            _patterns.Add(pattern);
            found = true;
        }

        return found;
    }

    /// <summary>Everything is left over and no host has a pattern.</summary>
    private void Begin(int[] demand, int[] hosts)
    {
        for (var r = 0; r < _rows; r++)
        {
            var shape = r < _problem.Shapes;
            // A little more of each, of none the same: no two ways to leave the basis are equal, so that it never comes back to one it had.
            _right[r] = (shape ? demand[r] : hosts[r - _problem.Shapes]) + 1e-5 * (r + 1) / _rows;
            _basis[r] = shape ? r : r + _problem.Shapes;
        }

        Invert();
    }

    private void Optimize()
    {
        for (var pivots = 1; pivots <= 50 * _rows; pivots++)
        {
            Price();
            if (Entering() is not (>= 0 and var column)) return;
            Array.Clear(_way);
            foreach (var (row, amount) in Column(column))
                for (var r = 0; r < _rows; r++) _way[r] += amount * _inverse[r][row];
            if (Leaving() is not (>= 0 and var leaving)) return;
            Pivot(leaving, column);
            if (pivots % Refresh == 0) Invert();
        }

        Price();
    }

    private double Cost(int column) => column < _problem.Shapes ? 1 : 0;

    private IEnumerable<(int Row, double Amount)> Column(int column)
    {
        if (column < _problem.Shapes) return [(column, 1)];
        if (column < 2 * _problem.Shapes) return [(column - _problem.Shapes, -1)];
        if (column < FirstPattern) return [(column - _problem.Shapes, 1)];
        var pattern = _patterns[column - FirstPattern];
        return pattern.Items.Select(i => (i.Shape, (double)i.Count)).Append((_problem.Shapes + pattern.Size, 1));
    }

    private void Price()
    {
        Array.Clear(_prices);
        for (var r = 0; r < _rows; r++)
        {
            if (Cost(_basis[r]) is not (> 0 and var cost)) continue;
            for (var i = 0; i < _rows; i++) _prices[i] += cost * _inverse[r][i];
        }
    }

    /// <summary>The column that lowers the cost fastest, or -1.</summary>
    private int Entering()
    {
        var (best, least) = (-1, -Epsilon);
        for (var shape = 0; shape < _problem.Shapes; shape++)
        {
            if (1 - _prices[shape] < least) (best, least) = (shape, 1 - _prices[shape]);
            if (_prices[shape] < least) (best, least) = (_problem.Shapes + shape, _prices[shape]);
        }

        for (var size = 0; size < _problem.Sizes; size++)
            if (-_prices[_problem.Shapes + size] < least) (best, least) = (2 * _problem.Shapes + size, -_prices[_problem.Shapes + size]);
        for (var p = 0; p < _patterns.Count; p++)
        {
            var cost = -_prices[_problem.Shapes + _patterns[p].Size];
            foreach (var (shape, count) in _patterns[p].Items) cost -= count * _prices[shape];
            if (cost < least) (best, least) = (FirstPattern + p, cost);
        }

        return best;
    }

    private int Leaving()
    {
        var (best, least) = (-1, double.PositiveInfinity);
        for (var r = 0; r < _rows; r++)
            if (_way[r] > Epsilon && _value[r] / _way[r] < least) (best, least) = (r, _value[r] / _way[r]);
        return best;
    }

    private void Pivot(int leaving, int column)
    {
        var (row, step) = (_inverse[leaving], _value[leaving] / _way[leaving]);
        for (var i = 0; i < _rows; i++) row[i] /= _way[leaving];
        for (var r = 0; r < _rows; r++)
        {
            if (r == leaving || _way[r] == 0) continue;
            var (other, factor) = (_inverse[r], _way[r]);
            for (var i = 0; i < _rows; i++) other[i] -= factor * row[i];
            _value[r] = Math.Max(0, _value[r] - factor * step);
        }

        (_value[leaving], _basis[leaving]) = (step, column);
    }

    /// <summary>The inverse of the basis and its values from scratch: rounding adds up over many pivots.</summary>
    private void Invert()
    {
        var matrix = Enumerable.Range(0, _rows).Select(_ => new double[_rows]).ToArray();
        for (var c = 0; c < _rows; c++)
            foreach (var (row, amount) in Column(_basis[c])) matrix[row][c] += amount;
        for (var r = 0; r < _rows; r++)
        {
            Array.Clear(_inverse[r]);
            _inverse[r][r] = 1;
        }

        for (var c = 0; c < _rows; c++) Eliminate(matrix, c);
        for (var r = 0; r < _rows; r++)
        {
            double value = 0;
            for (var i = 0; i < _rows; i++) value += _inverse[r][i] * _right[i];
            _value[r] = Math.Max(0, value);
        }
    }

    private void Eliminate(double[][] matrix, int c)
    {
        var pivot = c;
        for (var r = c + 1; r < _rows; r++)
            if (Math.Abs(matrix[r][c]) > Math.Abs(matrix[pivot][c])) pivot = r;
        (matrix[c], matrix[pivot], _inverse[c], _inverse[pivot]) = (matrix[pivot], matrix[c], _inverse[pivot], _inverse[c]);
        var scale = 1 / matrix[c][c];
        for (var i = 0; i < _rows; i++)
        {
            matrix[c][i] *= scale;
            _inverse[c][i] *= scale;
        }

        for (var r = 0; r < _rows; r++)
        {
            if (r == c || matrix[r][c] is not (not 0 and var factor)) continue;
            for (var i = 0; i < _rows; i++)
            {
                matrix[r][i] -= factor * matrix[c][i];
                _inverse[r][i] -= factor * _inverse[c][i];
            }
        }
    }
}
