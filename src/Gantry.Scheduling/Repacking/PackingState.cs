using System.Runtime.Intrinsics;

namespace Gantry.Scheduling.Repacking;

/// <summary>One packing with its loads and costs, changed one item at a time. Hosts share nothing, so searches on disjoint sets of
/// hosts may run at the same time.</summary>
public sealed class PackingState
{
    /// <summary>Rounding of sums must not turn a host that is exactly full into one that is too full.</summary>
    public const double Tolerance = 1e-6;

    private readonly PackingProblem _problem;
    private readonly double[][] _load;
    private readonly double[][] _scalars;
    private readonly int[][] _items;
    private readonly int[][] _apps;
    private readonly int[] _count;
    private readonly int[] _place;
    private readonly double[] _cost;

    public PackingState(PackingProblem problem)
    {
        _problem = problem;
        var hosts = problem.Hosts.Length;
        _load = [.. problem.Hosts.Select(_ => new double[problem.CurveCount * problem.Stride])];
        _scalars = [.. problem.Hosts.Select(h => new double[h.Scalars.Length])];
        (_items, _apps) = (new int[hosts][], new int[hosts][]);
        for (var h = 0; h < hosts; h++) (_items[h], _apps[h]) = (new int[8], new int[8]);
        (_count, _cost) = (new int[hosts], new double[hosts]);
        (HostOf, _place) = (new int[problem.AppOf.Length], new int[problem.AppOf.Length]);
        Array.Fill(HostOf, -1);
    }

    /// <summary>By item: its host, or -1.</summary>
    public int[] HostOf { get; }

    public PackingProblem Problem => _problem;

    public int Count(int host) => _count[host];

    public int ItemAt(int host, int place) => _items[host][place];

    public double CostOf(int host) => _cost[host];

    /// <summary>Sum of the hosts' costs, summed anew in the order of hosts.</summary>
    public double TotalCost => _cost.Sum();

    public int UsedHosts => _count.Count(c => c > 0);

    /// <summary>Apps on a host, one entry an item.</summary>
    internal ReadOnlySpan<int> Apps(int host) => _apps[host].AsSpan(0, _count[host]);

    /// <summary>The cost of a host with one item more and one less (-1 for none), or infinity when that does not fit or may not be.</summary>
    public double CostWith(int host, int plusApp, int minusApp)
    {
        if (plusApp >= 0 && (!ScalarsFit(host, plusApp, minusApp) || !_problem.Rules.Allow(Apps(host), plusApp, minusApp))) return double.PositiveInfinity;
        var left = _count[host] + (plusApp >= 0 ? 1 : 0) - (minusApp >= 0 ? 1 : 0);
        return left == 0 ? 0 : CurveCost(host, plusApp, minusApp);
    }

    public void Add(int item, int host, double cost)
    {
        var (app, count) = (_problem.AppOf[item], _count[host]++);
        if (count == _items[host].Length)
        {
            Array.Resize(ref _items[host], 2 * count);
            Array.Resize(ref _apps[host], 2 * count);
        }

        (_items[host][count], _apps[host][count], _place[item], HostOf[item]) = (item, app, count, host);
        Shift(host, app, 1);
        _cost[host] = cost;
    }

    public void Remove(int item, double cost)
    {
        var host = HostOf[item];
        var (place, last) = (_place[item], --_count[host]);
        (_items[host][place], _apps[host][place]) = (_items[host][last], _apps[host][last]);
        _place[_items[host][place]] = place;
        HostOf[item] = -1;
        Shift(host, _problem.AppOf[item], -1);
        // An empty host is exactly empty: what rounding left is dropped here.
        if (last == 0) Array.Clear(_load[host]);
        _cost[host] = cost;
    }

    /// <summary>Computes loads and costs anew from the assignment and gives the largest difference to what was kept.</summary>
    public double Recompute()
    {
        var before = (double[])_cost.Clone();
        for (var h = 0; h < _load.Length; h++)
        {
            Array.Clear(_load[h]);
            Array.Clear(_scalars[h]);
            foreach (var app in Apps(h)) Shift(h, app, 1);
            _cost[h] = _count[h] == 0 ? 0 : CurveCost(h, -1, -1);
        }

        return before.Zip(_cost, (a, b) => Math.Abs(a - b)).DefaultIfEmpty().Max();
    }

    private bool ScalarsFit(int host, int plus, int minus)
    {
        var used = _scalars[host];
        var most = _problem.Hosts[host].Scalars;
        var add = _problem.Scalars[plus];
        for (var s = 0; s < used.Length; s++)
            if (used[s] + add[s] - (minus >= 0 ? _problem.Scalars[minus][s] : 0) > most[s] + Tolerance) return false;
        return true;
    }

    private double CurveCost(int host, int plus, int minus)
    {
        var (load, most, stride) = (_load[host], _problem.Hosts[host].Curves, _problem.Stride);
        var add = plus >= 0 ? _problem.CurvesOf(plus) : null;
        var take = minus >= 0 ? _problem.CurvesOf(minus) : null;
        // Curves that only bound come first: they refuse without an exponential.
        for (var c = most.Length - 1; c >= 1 && add is not null; c--)
        {
            var bound = Vector256.Create(most[c] + Tolerance);
            for (var i = c * stride; i < (c + 1) * stride; i += 4)
                if (Vector256.GreaterThanAny(At(load, add, take, i), bound)) return double.PositiveInfinity;
        }

        return most.Length == 0 ? 1 : PricedCurve(load, add, take, most[0]);
    }

    private double PricedCurve(double[] load, double[]? add, double[]? take, double most)
    {
        var bound = Vector256.Create(most + Tolerance);
        var inverse = Vector256.Create(1 / most);
        var beta = Vector256.Create(_problem.Beta);
        var sum = Vector256<double>.Zero;
        for (var i = 0; i < _problem.Stride; i += 4)
        {
            var value = At(load, add, take, i);
            if (add is not null && Vector256.GreaterThanAny(value, bound)) return double.PositiveInfinity;
            var over = Vector256.Max(value * inverse - beta, Vector256<double>.Zero);
            if (Vector256.EqualsAll(over, Vector256<double>.Zero)) continue;
            sum += Vector256.Exp(over) - Vector256<double>.One;
        }

        return 1 + _problem.Alpha * Vector256.Sum(sum) / _problem.Points;
    }

    private static Vector256<double> At(double[] load, double[]? add, double[]? take, int i)
    {
        var value = Vector256.LoadUnsafe(ref load[i]);
        if (add is not null) value += Vector256.LoadUnsafe(ref add[i]);
        if (take is not null) value -= Vector256.LoadUnsafe(ref take[i]);
        return value;
    }

    private void Shift(int host, int app, double sign)
    {
        var (load, curves, scalars) = (_load[host], _problem.CurvesOf(app), _problem.Scalars[app]);
        for (var i = 0; i < load.Length; i++) load[i] += sign * curves[i];
        for (var s = 0; s < scalars.Length; s++) _scalars[host][s] += sign * scalars[s];
    }
}
