namespace Gantry.Scheduling.Repacking;

/// <summary>Says which containers go together on which host where few shapes of containers meet few sizes of hosts, as where people choose among
/// plans: the configuration relaxation, rounded from its whole parts on. A proposal: rules between apps are not looked at.</summary>
internal sealed class PatternPacking
{
    private const int MostShapes = 200, MostSizes = 60;

    /// <summary>Rounds of new patterns for the whole, and after each rounding.</summary>
    private const int Rounds = 250, RoundsAfter = 4;

    /// <summary>Branches of one pattern: of a good one, and of one that must be the best.</summary>
    private const long Nodes = 20_000, NodesOfProof = 20_000_000;

    private readonly List<List<int>> _hosts;       // size
    private readonly List<List<int>> _containers;  // shape

    private PatternPacking(PatternProblem problem, List<List<int>> containers, List<List<int>> hosts) => (Problem, _containers, _hosts) = (problem, containers, hosts);

    public PatternProblem Problem { get; }

    /// <summary>By size: its hosts.</summary>
    public IReadOnlyList<IReadOnlyList<int>> Hosts => _hosts;

    /// <summary>Null where so much differs that patterns say little: many shapes or sizes, or load that follows curves.</summary>
    public static PatternPacking? Of(RepackModel model, IReadOnlyList<int> hosts)
    {
        if (model.LimitShare is not 1 || model.Layout.Points > 0 || model.Options.MaxOverloadChance < 1) return null;
        var shapes = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        var doors = new Dictionary<bool[], int>(ReferenceEqualityComparer.Instance);
        for (var c = 0; c < model.KindOf.Length; c++)
        {
            var kind = model.KindAt(c);
            doors.TryAdd(kind.Open, doors.Count);
            if (!Gather(shapes, FormattableString.Invariant($"{doors[kind.Open]} {string.Join(' ', Reserved(model, c))}"), c, MostShapes)) return null;
        }

        List<List<int>> containers = [.. shapes.Values];
        var sizes = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        foreach (var h in hosts)
            if (!Gather(sizes, FormattableString.Invariant($"{string.Join(' ', Room(model, h))} {string.Concat(containers.Select(s => model.KindAt(s[0]).Open[h] ? '1' : '0'))}"), h, MostSizes)) return null;
        List<List<int>> places = [.. sizes.Values];
        return new PatternPacking(
            new PatternProblem(
                [.. containers.Select(s => Reserved(model, s[0]))], [.. containers.Select(s => s.Count)],
                [.. places.Select(s => Room(model, s[0]))], [.. places.Select(s => s.Count)],
                [.. places.Select(s => containers.Select(c => model.KindAt(c[0]).Open[s[0]]).ToArray())]),
            containers, places);
    }

    /// <summary>Hosts with the containers that are to be together on them; what is left over is in none.</summary>
    public List<(int Host, int Container)> Plan()
    {
        var (demand, hosts) = (Problem.Demand.ToArray(), Problem.Hosts.ToArray());
        var (program, plan) = (new PatternProgram(Problem), new List<(int, int)>());
        for (var rounds = Rounds; hosts.Sum() > 0 && demand.Sum() > 0; rounds = RoundsAfter)
        {
            program.Solve(demand, hosts, rounds, Nodes);
            var solution = program.Solution.Where(s => s.Hosts > 0.01).OrderByDescending(s => s.Hosts - Math.Floor(s.Hosts + 1e-3)).ThenBy(s => s.Pattern.Size).ToList();
            var whole = solution.Sum(s => (int)(s.Hosts + 1e-3));
            if (solution.Count == 0) break;
            foreach (var (pattern, amount) in solution)
                for (var i = (int)(amount + 1e-3); i > 0; i--) Take(pattern, demand, hosts, plan);
            // Where nothing is whole any more, the largest parts are.
            if (whole == 0)
                foreach (var (pattern, amount) in solution.Take(1 + solution.Count / 10)) Take(pattern, demand, hosts, plan);
        }

        return plan;
    }

    /// <summary>The fewest hosts, taken in this order, that prices of containers do not rule out: at any prices, what is placed is worth no more than the best
    /// patterns of the hosts.</summary>
    /// <param name="least">Known to be needed.</param>
    /// <param name="mayStay">Containers that may be left over.</param>
    public int AtLeast(IReadOnlyList<int> order, int least, int mayStay)
    {
        var program = new PatternProgram(Problem);
        var sizeOf = _hosts.SelectMany((hosts, size) => hosts.Select(h => (h, size))).ToDictionary(p => p.h, p => p.size);
        while (least <= order.Count)
        {
            var hosts = new int[Problem.Sizes];
            foreach (var host in order.Take(least)) hosts[sizeOf[host]]++;
            program.Solve(Problem.Demand, hosts, Rounds, Nodes);
            if (Needed(program, order, sizeOf, mayStay) is var needed && needed <= least) break;
            least = needed;
        }

        return least;
    }

    private int Needed(PatternProgram program, IReadOnlyList<int> order, Dictionary<int, int> sizeOf, int mayStay)
    {
        var prices = program.Prices;
        var worth = Enumerable.Range(0, Problem.Sizes).Select(s => program.Worth(s, prices, Problem.Demand, NodesOfProof)).ToArray();
        var dearest = prices.Zip(Problem.Demand).OrderByDescending(p => p.First).SelectMany(p => Enumerable.Repeat(p.First, p.Second)).Take(mayStay).Sum();
        var left = prices.Zip(Problem.Demand, (p, d) => p * d).Sum() - dearest;
        var n = 0;
        while (n < order.Count && left > 1e-6) left -= worth[sizeOf[order[n++]]];
        if (left <= 1e-6) return n;
        return order.Count + 1;
    }

    private void Take(Pattern pattern, int[] demand, int[] hosts, List<(int, int)> plan)
    {
        if (hosts[pattern.Size] == 0) return;
        var host = _hosts[pattern.Size][--hosts[pattern.Size]];
        foreach (var (shape, count) in pattern.Items)
            for (var i = Math.Min(count, demand[shape]); i > 0; i--) plan.Add((host, _containers[shape][--demand[shape]]));
    }

    private static bool Gather(Dictionary<string, List<int>> groups, string key, int item, int most)
    {
        if (!groups.TryGetValue(key, out var group)) groups[key] = group = [];
        group.Add(item);
        return groups.Count <= most;
    }

    private static double[] Reserved(RepackModel model, int container) => [.. Enumerable.Range(0, model.Resources).Select(r => model.KindAt(container).Lanes[LaneLayout.Limit(r)])];

    /// <summary>What a host holds at most of what is reserved.</summary>
    private static double[] Room(RepackModel model, int host) => [.. Enumerable.Range(0, model.Resources).Select(r => Math.Floor(model.Promisable[r][host]))];
}
