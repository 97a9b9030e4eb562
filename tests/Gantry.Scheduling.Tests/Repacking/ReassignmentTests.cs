using CsCheck;
using Gantry.Scheduling.Repacking;

namespace Gantry.Scheduling.Tests.Repacking;

public sealed class ReassignmentTests
{
    /// <summary>Two processes of each service on machines side by side, six of at most 9 on one, so that the initial assignment keeps all rules.</summary>
    private static Gen<ReassignmentProblem> Any =>
        from machines in Gen.Select(Gen.Int[0, 1], Gen.Int[0, 2], Gen.Int[0, 30], Gen.Int[0, 9]).Array[2, 6]
        from needs in Gen.Select(Gen.Int[0, 9], Gen.Int[0, 9], Gen.Int[0, 3]).Array[2, 12]
        from transient in Gen.Bool
        from weights in Gen.Int[0, 5].Array[3]
        let services = (needs.Length + 1) / 2
        select new ReassignmentProblem(
            [new(transient, 3), new(false, 2)],
            [.. machines.Select((m, i) => new ReassignmentMachine(m.Item1, m.Item2, [60 + m.Item3, 60], [m.Item3, 20], [.. machines.Select((_, j) => i == j ? 0L : m.Item4 * j % 7)]))],
            [.. Enumerable.Range(0, services).Select(s => new ReassignmentService(1, []))],
            [.. needs.Select((n, i) => new ReassignmentProcess(i / 2, [n.Item1, n.Item2], n.Item3))],
            [new(0, 1, 2, 3)], weights[0], weights[1], weights[2],
            [.. needs.Select((_, i) => i % 2 == 0 ? i / 2 % machines.Length : (i / 2 + 1) % machines.Length)]);

    [Fact]
    public void Cost_AfterAnyMoves_EqualsANewCount() => Gen.Select(Any, Gen.ULong).Sample((problem, seed) =>
    {
        var state = new ReassignmentState(problem);
        var random = new SeededRandom(seed);
        for (var i = 0; i < 200; i++)
        {
            var (a, b, m) = (random.Next(problem.Processes.Length), random.Next(problem.Processes.Length), random.Next(problem.Machines.Length));
            if (state.ShiftDelta(a, m) is { } shift) state.Shift(a, m, shift);
            if (state.SwapDelta(a, b) is { } swap) state.Swap(a, b, swap);
        }

        int[] of = [.. Enumerable.Range(0, problem.Processes.Length).Select(state.Of)];
        Assert.Equal(Count(problem, of), state.Cost);
        for (var m = 0; m < problem.Machines.Length; m++)
        {
            var there = Enumerable.Range(0, of.Length).Where(p => of[p] == m || (problem.Resources[0].Transient && problem.Initial[p] == m)).ToList();
            Assert.True(there.Sum(p => problem.Processes[p].Need[0]) <= problem.Machines[m].Capacity[0]);
            Assert.Equal(of.Count(x => x == m), Enumerable.Range(0, of.Length).Where(p => of[p] == m).Select(p => problem.Processes[p].Service).Distinct().Count());
            Assert.Equal(Enumerable.Range(0, of.Length).Where(p => of[p] == m), state.On(m).ToArray().Order());
        }
    }, iter: 2000);

    /// <summary>Machines by the dozen: 5, 69 and 133 are the same bit of three words, and where one service is says nothing about another one.</summary>
    [Fact]
    public void Conflict_OnManyMachines_IsThatOfOneMachineAndService()
    {
        int[] home = [5, 69, 69, 133, 5, 70];
        var problem = new ReassignmentProblem(
            [new(false, 1)], [.. Enumerable.Range(0, 140).Select(m => new ReassignmentMachine(m, m, [9], [9], new long[140]))],
            [new(0, []), new(0, []), new(0, [])], [.. home.Select((_, p) => new ReassignmentProcess(p / 2, [1], 0))], [], 0, 0, 0, home);
        var state = new ReassignmentState(problem);
        for (var process = 0; process < 6; process++)
            for (var to = 0; to < 140; to++)
                if (to != home[process]) Assert.Equal(to == home[process ^ 1], state.ShiftDelta(process, to) is null);
        state.Shift(0, 133, 0);
        Assert.Null(state.ShiftDelta(1, 133));
        Assert.NotNull(state.ShiftDelta(1, 5));
    }

    /// <summary>Everything on one machine, and then all of it on another, is listed there whatever the number.</summary>
    [Fact]
    public void Processes_ManyOnOneMachine_AreAllListed()
    {
        var problem = new ReassignmentProblem(
            [new(false, 1)], [new(0, 0, [99], [99], [0, 0]), new(0, 0, [99], [99], [0, 0])],
            [.. Enumerable.Range(0, 40).Select(_ => new ReassignmentService(0, []))], [.. Enumerable.Range(0, 40).Select(p => new ReassignmentProcess(p, [1], 0))], [], 0, 0, 0, new int[40]);
        var state = new ReassignmentState(problem);
        Assert.Equal(Enumerable.Range(0, 40), state.On(0).ToArray().Order());
        for (var p = 0; p < 40; p++) state.Shift(p, 1, 0);
        Assert.True(state.On(0).IsEmpty);
        Assert.Equal(Enumerable.Range(0, 40), state.On(1).ToArray().Order());
    }

    /// <summary>Two machines, one process each. The way there and its own move cost 20 and 26: a scale for temperatures lies between. Where nothing can move it is 1.</summary>
    [Fact]
    public void Scale_OfShifts_IsTheMeanOfWhatTheyCost()
    {
        ReassignmentProblem Of(params ReassignmentMachine[] machines) => new(
            [new(false, 1)], machines, [new(0, []), new(0, [])], [new(0, [1], 18), new(1, [1], 23)], [], 1, 0, 1, [0, machines.Length - 1]);
        var two = new ReassignmentSearch(Of(new(0, 0, [9], [9], [0, 2]), new(0, 0, [9], [9], [3, 0])), 1);
        Assert.InRange(two.Scale(), 22.5, 23.5);
        Assert.Equal(1, new ReassignmentSearch(Of(new ReassignmentMachine(0, 0, [9], [9], [0])), 1).Scale());
    }

    /// <summary>A start that breaks a capacity is no assignment to keep: what lacks is counted, at the price of its resource, until one is found that lacks nothing.</summary>
    [Fact]
    public void Search_FromAnOverfullMachine_KeepsOnlyWhatFits()
    {
        var problem = new ReassignmentProblem(
            [new(false, 3)], [new(0, 0, [5], [5], [0, 0]), new(0, 0, [5], [5], [0, 0])], [new(0, []), new(0, [])], [new(0, [4], 7), new(1, [4], 9)], [], 1, 0, 0, [0, 0]);
        var search = new ReassignmentSearch(problem, 1);
        Assert.Equal((3 * 3, long.MaxValue), (search.Lack, search.BestCost));
        search.Run(2000, 5, 0.1, 10);
        Assert.Equal((0, 7), (search.Lack, search.BestCost));
        Assert.Equal([1, 0], search.Best);
    }

    [Fact]
    public void Search_SameSeedAndSteps_GivesTheSameAssignment() => Any.Sample(problem =>
    {
        int[] Run()
        {
            var search = new ReassignmentSearch(problem, 5);
            search.Run(3000, 50, 0.1);
            return [.. search.Best];
        }

        Assert.Equal(Run(), Run());
    }, iter: 100);

    [Fact]
    public void Return_OfASearchThatWentElsewhere_IsAtTheBest_AndCountsOnFromThere() => Any.Sample(problem =>
    {
        var (first, other) = (new ReassignmentSearch(problem, 5), new ReassignmentSearch(problem, 6));
        first.Run(2000, 50, 0.1, 3);
        other.Run(2000, 50, 40, 3);
        other.Return(first);
        Assert.Equal((first.BestCost, 0), (other.Cost, other.Lack));
        Assert.Equal(Count(problem, [.. first.Best]), other.Cost);

        other.Run(2000, 50, 0.1);
        Assert.Equal(Count(problem, [.. other.Best]), other.BestCost);
        Assert.True(other.BestCost <= first.BestCost);
    }, iter: 200);

    private static long Count(ReassignmentProblem p, int[] of)
    {
        long cost = 0;
        for (var m = 0; m < p.Machines.Length; m++)
        {
            var use = Enumerable.Range(0, 2).Select(r => Enumerable.Range(0, of.Length).Where(i => of[i] == m).Sum(i => p.Processes[i].Need[r])).ToArray();
            for (var r = 0; r < 2; r++) cost += p.Resources[r].Weight * Math.Max(0, use[r] - p.Machines[m].Safety[r]);
            foreach (var b in p.Balances) cost += b.Weight * Math.Max(0, b.Target * (p.Machines[m].Capacity[b.First] - use[b.First]) - (p.Machines[m].Capacity[b.Second] - use[b.Second]));
        }

        var moved = Enumerable.Range(0, of.Length).Where(i => of[i] != p.Initial[i]).ToList();
        return cost + p.ProcessMoveWeight * moved.Sum(i => p.Processes[i].MoveCost) + p.MachineMoveWeight * moved.Sum(i => p.Machines[p.Initial[i]].MoveCost[of[i]])
            + p.ServiceMoveWeight * moved.GroupBy(i => p.Processes[i].Service).Select(g => g.Count()).DefaultIfEmpty().Max();
    }
}
