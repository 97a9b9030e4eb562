namespace Gantry.Scheduling.Repacking;

/// <summary>What the priced curve would cost if load were a fluid: no packing of whole items on the same hosts costs less. Says how
/// many hosts are worth opening before any search.</summary>
public static class FluidBound
{
    /// <summary>The cheapest number of hosts, opened largest first, and the bound with it.</summary>
    /// <returns>Indices of the hosts to open, and the least cost.</returns>
    public static (IReadOnlyList<int> Hosts, double Cost) Best(PackingProblem problem)
    {
        var order = Enumerable.Range(0, problem.Hosts.Length).OrderByDescending(h => problem.Hosts[h].Curves[0]).ThenBy(h => h).ToArray();
        var total = Total(problem);
        // The cost of n hosts falls and then rises: first coarsely, then one by one around the best.
        var stride = Math.Max(1, order.Length / 100);
        var best = Least(problem, order, total, 1, order.Length, stride);
        best = Least(problem, order, total, Math.Max(1, best.Count - stride), Math.Min(order.Length, best.Count + stride), 1);
        return (order[..best.Count], best.Cost);
    }

    private static (int Count, double Cost) Least(PackingProblem problem, int[] order, double[] total, int from, int to, int stride)
    {
        var best = (Count: to, Cost: double.PositiveInfinity);
        for (var n = from; n <= to; n += stride)
        {
            var cost = Cost(problem, order.AsSpan(0, n), total);
            if (cost < best.Cost) best = (n, cost);
        }

        return best;
    }

    /// <summary>Least cost when exactly these hosts are used.</summary>
    private static double Cost(PackingProblem problem, ReadOnlySpan<int> hosts, double[] total)
    {
        var kinds = new Dictionary<double, int>();
        foreach (var host in hosts) kinds[problem.Hosts[host].Curves[0]] = kinds.GetValueOrDefault(problem.Hosts[host].Curves[0]) + 1;
        double sum = 0;
        foreach (var load in total)
        {
            var price = Price(problem, kinds, load);
            if (double.IsInfinity(price)) return price;
            foreach (var (capacity, count) in kinds) sum += count * problem.Alpha * (Math.Exp(Over(problem, price, capacity)) - 1);
        }

        return hosts.Length + sum / problem.Points;
    }

    /// <summary>The marginal price at which the kinds together carry the load; infinite when they can't.</summary>
    private static double Price(PackingProblem problem, Dictionary<double, int> kinds, double load)
    {
        double Carried(double price) => kinds.Sum(k => k.Value * k.Key * (problem.Beta + Over(problem, price, k.Key)));
        double low = 0, high = problem.Alpha * Math.E / kinds.Keys.Min();
        if (Carried(high) < load) return double.PositiveInfinity;
        for (var i = 0; i < 50; i++)
        {
            var middle = (low + high) / 2;
            (low, high) = Carried(middle) < load ? (middle, high) : (low, middle);
        }

        return high;
    }

    /// <summary>Load above β that a host takes at this price, as a share of it; all of it where load costs nothing.</summary>
    private static double Over(PackingProblem problem, double price, double capacity) =>
        problem.Alpha <= 0 ? 1 - problem.Beta : price <= 0 ? 0 : Math.Clamp(Math.Log(price * capacity / problem.Alpha), 0, 1 - problem.Beta);

    private static double[] Total(PackingProblem problem)
    {
        var total = new double[problem.Points];
        foreach (var app in problem.AppOf)
        {
            var curve = problem.CurvesOf(app);
            for (var t = 0; t < total.Length; t++) total[t] += curve[t];
        }

        return total;
    }
}
