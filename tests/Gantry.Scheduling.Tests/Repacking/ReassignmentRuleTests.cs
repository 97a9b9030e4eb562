using CsCheck;
using Gantry.Scheduling.Repacking;

namespace Gantry.Scheduling.Tests.Repacking;

/// <summary>The hard rules of a reassignment against a checker that counts everything anew.</summary>
public sealed class ReassignmentRuleTests
{
    private const int Resources = 2;

    /// <summary>Services of one to three processes; what they ask for is what the initial assignment happens to keep.</summary>
    private static Gen<ReassignmentProblem> Any =>
        from machines in Gen.Select(Gen.Int[0, 2], Gen.Int[0, 2], Gen.Int[0, 12], Gen.Int[0, 9]).Array[3, 6]
        from processes in Gen.Select(Gen.Int[0, 3], Gen.Int[0, 9], Gen.Int[0, 9], Gen.Int[0, 3]).Array[2, 12]
        from home in Gen.Int[0, 5].Array[12]
        from transient in Gen.Bool
        from spread in Gen.Int[1, 3].Array[4]
        from wanted in Gen.Select(Gen.Int[0, 3], Gen.Int[0, 3]).Array[0, 4]
        let initial = Settle(machines.Length, [.. processes.Select(p => p.Item1)], home)
        let kept = Enumerable.Range(0, processes.Length).Where(i => initial[i] >= 0).ToArray()
        where kept.Length > 0
        select Problem(machines, [.. kept.Select(i => processes[i])], [.. kept.Select(i => initial[i])], transient, spread, wanted);

    [Fact]
    public void Shift_AnyState_IsAllowedExactlyWhenNoRuleBreaks() => Gen.Select(Any, Gen.ULong).Sample((problem, seed) => Walk(problem, seed, (state, random) =>
    {
        var (process, to) = (random.Next(problem.Processes.Length), random.Next(problem.Machines.Length));
        var of = Of(problem, state);
        if (of[process] == to) return;
        var before = Cost(problem, of);
        of[process] = to;
        var delta = state.ShiftDelta(process, to);
        Assert.Equal(Keeps(problem, of), delta is not null);
        if (delta is not { } change) return;
        Assert.Equal(Cost(problem, of) - before, change);
        Assert.Null(state.ShiftDelta(process, to, change - 1));
        Assert.Equal(change, state.ShiftDelta(process, to, change));
        state.Shift(process, to, change);
    }), iter: 1500);

    [Fact]
    public void Swap_AnyState_BreaksNoRuleAndChangesTheCostAsItSays() => Gen.Select(Any, Gen.ULong).Sample((problem, seed) => Walk(problem, seed, (state, random) =>
    {
        var (a, b) = (random.Next(problem.Processes.Length), random.Next(problem.Processes.Length));
        var of = Of(problem, state);
        var before = Cost(problem, of);
        (of[a], of[b]) = (of[b], of[a]);
        if (state.SwapDelta(a, b) is not { } delta)
        {
            // Only a swap between services of which one needs the other may be refused without need.
            var (sa, sb) = (problem.Processes[a].Service, problem.Processes[b].Service);
            if (of[a] != of[b] && !problem.Services[sa].DependsOn.Contains(sb) && !problem.Services[sb].DependsOn.Contains(sa)) Assert.False(Keeps(problem, of));
            return;
        }

        Assert.True(Keeps(problem, of));
        Assert.Equal(Cost(problem, of) - before, delta);
        Assert.Null(state.SwapDelta(a, b, delta - 1));
        state.Swap(a, b, delta);
    }), iter: 1500);

    [Fact]
    public void Search_CapacityAtAPrice_KeepsAllRulesInItsBest() => Gen.Select(Any, Gen.ULong, Gen.Long[0, 3]).Sample((problem, seed, price) =>
    {
        var search = new ReassignmentSearch(problem, seed);
        search.Run(4000, 100, 0.1, price);
        Assert.True(Keeps(problem, [.. search.Best]));
        Assert.Equal(Cost(problem, [.. search.Best]), search.BestCost);
        Assert.True(search.BestCost <= Cost(problem, problem.Initial));
    }, iter: 500);

    /// <summary>Two large processes that can only change places when one of them enters before the other has left.</summary>
    [Fact]
    public void Search_CapacityAtAPrice_GetsWhereNoAllowedMoveLeads()
    {
        var problem = new ReassignmentProblem(
            [new(false, 1)],
            [new(0, 0, [10], [4], [0, 0]), new(0, 1, [10], [10], [0, 0])],
            [.. Enumerable.Range(0, 3).Select(_ => new ReassignmentService(1, []))],
            [new(0, [8], 0), new(1, [4], 0), new(2, [3], 0)], [], 0, 0, 0, [0, 1, 1]);
        Assert.Equal(4, Reach(0));
        Assert.Equal(3, Reach(1));

        long Reach(long price)
        {
            var search = new ReassignmentSearch(problem, 1);
            search.Run(20_000, 8, 0.1, price);
            return search.BestCost;
        }
    }

    [Fact]
    public void Follow_AnotherSearch_GoesOnFromThereWithAllRules() => Gen.Select(Any, Gen.ULong).Sample((problem, seed) =>
    {
        var (first, second) = (new ReassignmentSearch(problem, seed), new ReassignmentSearch(problem, seed + 1));
        first.Run(3000, 100, 1, 1);
        second.Run(3000, 100, 20, 2);
        second.Follow(first);
        Assert.Equal((first.Cost, first.Lack), (second.Cost, second.Lack));
        second.Run(3000, 20, 0.1);
        Assert.True(Keeps(problem, [.. second.Best]));
        Assert.Equal(Cost(problem, [.. second.Best]), second.BestCost);
    }, iter: 500);

    private static void Walk(ReassignmentProblem problem, ulong seed, Action<ReassignmentState, SeededRandom> step)
    {
        var (state, random) = (new ReassignmentState(problem), new SeededRandom(seed));
        for (var i = 0; i < 40; i++)
        {
            step(state, random);
            random = new SeededRandom(random.NextUInt64() + (ulong)i);
        }
    }

    private static int[] Of(ReassignmentProblem problem, ReassignmentState state) => [.. Enumerable.Range(0, problem.Processes.Length).Select(state.Of)];

    /// <summary>The next free machine for each process of a service; -1 where there is none left.</summary>
    private static int[] Settle(int machines, int[] services, int[] home)
    {
        var taken = new HashSet<(int, int)>();
        return [.. services.Select((s, i) => Enumerable.Range(0, machines).Select(m => (home[i] + m) % machines).Where(m => taken.Add((s, m))).DefaultIfEmpty(-1).First())];
    }

    private static ReassignmentProblem Problem(
        (int, int, int, int)[] machines, (int, int, int, int)[] processes, int[] initial, bool transient, int[] spread, (int, int)[] wanted)
    {
        long Used(int machine, int resource) => processes.Where((_, i) => initial[i] == machine).Sum(p => resource == 0 ? p.Item2 : p.Item3);
        HashSet<int> Areas(int service) => [.. processes.Zip(initial).Where(p => p.First.Item1 == service).Select(p => machines[p.Second].Item1)];
        int Locations(int service) => processes.Zip(initial).Where(p => p.First.Item1 == service).Select(p => machines[p.Second].Item2).Distinct().Count();
        return new ReassignmentProblem(
            [new(transient, 3), new(false, 2)],
            [.. machines.Select((m, i) => new ReassignmentMachine(m.Item1, m.Item2, [Used(i, 0) + m.Item3, Used(i, 1) + 12 - m.Item3], [m.Item3, 8], [.. machines.Select((_, j) => i == j ? 0L : m.Item4 * j % 7)]))],
            [.. Enumerable.Range(0, 4).Select(s => new ReassignmentService(Math.Min(spread[s], Locations(s)), [.. wanted.Where(w => w.Item1 == s && w.Item2 != s && Areas(s).IsSubsetOf(Areas(w.Item2))).Select(w => w.Item2).Distinct()]))],
            [.. processes.Select(p => new ReassignmentProcess(p.Item1, [p.Item2, p.Item3], p.Item4))],
            [new(0, 1, 2, 3)], 1, 5, 2, initial);
    }

    private static bool Keeps(ReassignmentProblem p, int[] of)
    {
        HashSet<int> Areas(int service) => [.. of.Where((_, i) => p.Processes[i].Service == service).Select(m => p.Machines[m].Neighbourhood)];
        for (var m = 0; m < p.Machines.Length; m++)
            for (var r = 0; r < Resources; r++)
                if (p.Processes.Where((_, i) => of[i] == m || (p.Resources[r].Transient && p.Initial[i] == m)).Sum(q => q.Need[r]) > p.Machines[m].Capacity[r]) return false;
        for (var s = 0; s < p.Services.Length; s++)
        {
            int[] there = [.. of.Where((_, i) => p.Processes[i].Service == s)];
            if (there.Distinct().Count() < there.Length || there.Select(m => p.Machines[m].Location).Distinct().Count() < p.Services[s].SpreadMin) return false;
            if (p.Services[s].DependsOn.Any(on => !Areas(s).IsSubsetOf(Areas(on)))) return false;
        }

        return true;
    }

    private static long Cost(ReassignmentProblem p, int[] of)
    {
        long cost = 0;
        for (var m = 0; m < p.Machines.Length; m++)
        {
            var use = Enumerable.Range(0, Resources).Select(r => p.Processes.Where((_, i) => of[i] == m).Sum(q => q.Need[r])).ToArray();
            for (var r = 0; r < Resources; r++) cost += p.Resources[r].Weight * Math.Max(0, use[r] - p.Machines[m].Safety[r]);
            foreach (var b in p.Balances) cost += b.Weight * Math.Max(0, b.Target * (p.Machines[m].Capacity[b.First] - use[b.First]) - (p.Machines[m].Capacity[b.Second] - use[b.Second]));
        }

        int[] moved = [.. Enumerable.Range(0, of.Length).Where(i => of[i] != p.Initial[i])];
        return cost + p.ProcessMoveWeight * moved.Sum(i => p.Processes[i].MoveCost) + p.MachineMoveWeight * moved.Sum(i => p.Machines[p.Initial[i]].MoveCost[of[i]])
            + p.ServiceMoveWeight * moved.GroupBy(i => p.Processes[i].Service).Select(g => g.Count()).DefaultIfEmpty().Max();
    }
}
