using CsCheck;
using Gantry.Scheduling.Repacking;
using Gantry.Scheduling.Tests.Support;

namespace Gantry.Scheduling.Tests.Repacking;

/// <summary>Reassignment against a plain evaluator: what a move would cost, what is forbidden, and the best that can be.</summary>
public sealed class PlainReassignmentTests
{
    /// <summary>At every step of a random walk, all shifts and some swaps: forbidden exactly when a rule would be broken, and the difference exact.</summary>
    [Fact]
    public void Move_AtAnyTime_IsPricedAndForbiddenAsTheRulesSay() => Gen.ULong.Sample(seed =>
    {
        var d = new Draw(seed);
        var problem = PlainReassignment.Draw(d);
        var (state, of) = (new ReassignmentState(problem), (int[])problem.Initial.Clone());
        Assert.Empty(PlainReassignment.Violations(problem, of));
        Assert.Equal(PlainReassignment.Cost(problem, of), state.Cost);
        for (var step = 0; step < 8; step++)
        {
            var (a, b, to) = (d.Int(0, of.Length - 1), d.Int(0, of.Length - 1), d.Int(0, problem.Machines.Length - 1));
            var shift = Check(problem, of, [(a, to)], state.ShiftDelta(a, to), isNone: of[a] == to);
            var swap = Check(problem, of, [(a, of[b]), (b, of[a])], state.SwapDelta(a, b), IsNoSwap(problem, of, a, b));
            if (swap is not null && d.Once(2))
            {
                state.Swap(a, b, swap.Value);
                (of[a], of[b]) = (of[b], of[a]);
            }
            else if (shift is not null)
            {
                state.Shift(a, to, shift.Value);
                of[a] = to;
            }

            Assert.Equal(PlainReassignment.Cost(problem, of), state.Cost);
            Assert.Empty(PlainReassignment.Violations(problem, of));
        }
    }, iter: 10_000);

    /// <summary>There and back again: the way home is always allowed, and costs what the way out gained.</summary>
    [Fact]
    public void Move_TakenBack_LeavesNoTrace() => Gen.ULong.Sample(seed =>
    {
        var d = new Draw(seed);
        var problem = PlainReassignment.Draw(d);
        var (state, of) = (new ReassignmentState(problem), (int[])problem.Initial.Clone());
        var way = new Stack<(int Process, int From, long Delta)>();
        for (var step = 0; step < 12; step++)
        {
            var (process, to) = (d.Int(0, of.Length - 1), d.Int(0, problem.Machines.Length - 1));
            if (state.ShiftDelta(process, to) is not { } delta) continue;
            way.Push((process, of[process], delta));
            state.Shift(process, to, delta);
            of[process] = to;
        }

        while (way.TryPop(out var step))
        {
            Assert.Equal(-step.Delta, state.ShiftDelta(step.Process, step.From));
            state.Shift(step.Process, step.From, -step.Delta);
        }

        Assert.Equal(PlainReassignment.Cost(problem, problem.Initial), state.Cost);
    }, iter: 2500);

    /// <summary>Every assignment of up to five processes to up to four machines tried: the search finds none that is better or forbidden, and nearly
    /// always the best of those that shifts and swaps can reach.</summary>
    [Fact]
    public void Search_OfATinyProblem_FindsTheOptimum()
    {
        var best = 0;
        for (ulong seed = 0; seed < 200; seed++)
        {
            var problem = PlainReassignment.Draw(new Draw(seed), 5, 4);
            var search = new ReassignmentSearch(problem, seed);
            search.Run(6000, 30, 0.2);
            int[] found = [.. search.Best];
            Assert.Equal(PlainReassignment.Cost(problem, found), search.BestCost);
            Assert.Empty(PlainReassignment.Violations(problem, found));
            var optimum = Assignments(problem).Where(of => !PlainReassignment.Violations(problem, of).Any()).Min(of => PlainReassignment.Cost(problem, of));
            Assert.True(search.BestCost >= optimum);
            if (search.BestCost == optimum) best++;
        }

        Assert.InRange(best, 190, 200);
    }

    /// <summary>Two machines of 10 with 4 to spare of each resource's safety; process 0 of need 5 on the first, 1 of need 3 on the second.</summary>
    [Theory]
    [InlineData(0, 1, 3 * 2 + 7 + 2 + 10)] // 8 of 6 safe: 3 · 2, its own move 7, the way 2, one of a service moved 10
    [InlineData(1, 0, 3 * 2 + 1 + 5 + 10)] // 8 of 6 as well, its own move 1, the way back 5
    public void Shift_HandComputed_CostsThat(int process, int to, long delta) => Assert.Equal(delta, new ReassignmentState(Two).ShiftDelta(process, to));

    [Fact]
    public void Swap_HandComputed_CountsTheMostMovedServiceOnce() =>
        // Both moves and both ways, but one of each service moved is one at most; loads stay below the safe six.
        Assert.Equal(7 + 1 + 2 + 5 + 10, new ReassignmentState(Two).SwapDelta(0, 1));

    /// <summary>The checker of these tests, each rule broken once.</summary>
    [Theory]
    [InlineData("capacity of 1", new[] { 1, 1, 2 })]
    [InlineData("transient of 0", new[] { 1, 0, 2 })]
    [InlineData("conflict of 0", new[] { 2, 1, 2 })]
    [InlineData("spread of 0", new[] { 0, 1, 1 })]
    [InlineData("dependency of 1 on 0", new[] { 2, 1, 3 })]
    public void Checker_EachRule_IsNamed(string rule, int[] of)
    {
        // Processes 0 and 2 are of service 0, which has to be in two places; service 1 needs it in its neighbourhood.
        var problem = new ReassignmentProblem(
            [new(true, 0)],
            [new(0, 0, [6], [9], [0, 0, 0, 0]), new(0, 0, [6], [9], [0, 0, 0, 0]), new(1, 1, [9], [9], [0, 0, 0, 0]), new(1, 2, [9], [9], [0, 0, 0, 0])],
            [new(2, []), new(0, [0])], [new(0, [4], 0), new(1, [3], 0), new(0, [1], 0)], [], 0, 0, 0, [0, 1, 2]);
        Assert.Empty(PlainReassignment.Violations(problem, problem.Initial));
        Assert.Contains(rule, PlainReassignment.Violations(problem, of));
    }

    private static ReassignmentProblem Two { get; } = new(
        [new(false, 3)], [new(0, 0, [10], [6], [0, 2]), new(0, 0, [10], [6], [5, 0])], [new(0, []), new(0, [])],
        [new(0, [5], 7), new(1, [3], 1)], [], 1, 10, 1, [0, 1]);

    /// <summary>A swap of one place, of one service, or of services of which one needs the other, is none: the search leaves it to two shifts.</summary>
    private static bool IsNoSwap(ReassignmentProblem p, int[] of, int a, int b)
    {
        var (sa, sb) = (p.Processes[a].Service, p.Processes[b].Service);
        return of[a] == of[b] || p.Services[sa].DependsOn.Contains(sb) || p.Services[sb].DependsOn.Contains(sa);
    }

    private static long? Check(ReassignmentProblem problem, int[] of, (int Process, int To)[] moves, long? delta, bool isNone)
    {
        int[] after = [.. of];
        foreach (var (process, to) in moves) after[process] = to;
        Assert.Equal(isNone || PlainReassignment.Violations(problem, after).Any() ? null : PlainReassignment.Cost(problem, after) - PlainReassignment.Cost(problem, of), delta);
        return delta;
    }

    private static IEnumerable<int[]> Assignments(ReassignmentProblem problem)
    {
        var (machines, processes) = (problem.Machines.Length, problem.Processes.Length);
        for (var code = 0; code < Math.Pow(machines, processes); code++)
        {
            var rest = code;
            yield return [.. Enumerable.Range(0, processes).Select(_ =>
            {
                var machine = rest % machines;
                rest /= machines;
                return machine;
            })];
        }
    }
}
