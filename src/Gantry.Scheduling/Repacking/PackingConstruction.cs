namespace Gantry.Scheduling.Repacking;

/// <summary>A first packing: largest first, each where it raises the cost least among a sample of used hosts and one empty host
/// of each kind. Curves count as curves, so items that peak at different hours share a host.</summary>
public static class PackingConstruction
{
    private const int Sample = 48;

    /// <summary>Places every item that has no host on one of these; returns those that fit nowhere.</summary>
    public static IReadOnlyList<int> Fill(PackingState state, IReadOnlyList<int> hosts, ulong seed)
    {
        var problem = state.Problem;
        var random = new SeededRandom(seed);
        var used = hosts.Where(h => state.Count(h) > 0).ToList();
        var empty = hosts.Where(h => state.Count(h) == 0)
            .GroupBy(h => string.Join(',', problem.Hosts[h].Curves.Concat(problem.Hosts[h].Scalars))).Select(g => new Queue<int>(g)).ToList();
        var homeless = new List<int>();
        var size = Sizes(problem);
        foreach (var item in Enumerable.Range(0, problem.AppOf.Length).Where(i => state.HostOf[i] < 0).OrderByDescending(i => size[problem.AppOf[i]]))
        {
            if (!Place(state, item, used, empty, ref random)) homeless.Add(item);
        }

        return homeless;
    }

    private static bool Place(PackingState state, int item, List<int> used, List<Queue<int>> empty, ref SeededRandom random)
    {
        var app = state.Problem.AppOf[item];
        var best = (Host: -1, Rise: double.PositiveInfinity, Cost: 0.0);
        for (var i = 0; i < Math.Min(Sample, used.Count); i++) Try(state, app, used[random.Next(used.Count)], ref best);
        foreach (var queue in empty)
            if (queue.TryPeek(out var host)) Try(state, app, host, ref best);
        for (var i = 0; best.Host < 0 && i < used.Count; i++) Try(state, app, used[i], ref best);
        if (best.Host < 0) return false;
        if (state.Count(best.Host) == 0)
        {
            used.Add(best.Host);
            foreach (var queue in empty)
                if (queue.TryPeek(out var host) && host == best.Host) queue.Dequeue();
        }

        state.Add(item, best.Host, best.Cost);
        return true;
    }

    private static void Try(PackingState state, int app, int host, ref (int Host, double Rise, double Cost) best)
    {
        var cost = state.CostWith(host, app, -1);
        var rise = cost - state.CostOf(host);
        if (rise < best.Rise) best = (host, rise, cost);
    }

    /// <summary>An app's largest share of what all hosts have, over its resources.</summary>
    private static double[] Sizes(PackingProblem problem) =>
        [.. problem.Scalars.Select((scalars, app) =>
        {
            var curves = problem.CurvesOf(app);
            var shares = Enumerable.Range(0, problem.CurveCount).Select(c => curves.AsSpan(c * problem.Stride, problem.Stride).ToArray().Max() / problem.Hosts.Sum(h => h.Curves[c]))
                .Concat(scalars.Select((s, i) => s / Math.Max(1e-9, problem.Hosts.Sum(h => h.Scalars[i]))));
            return shares.Max();
        })];
}
