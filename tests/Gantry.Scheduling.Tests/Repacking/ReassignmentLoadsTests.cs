using CsCheck;
using Gantry.Scheduling.Repacking;
using Gantry.Scheduling.Tests.Support;

namespace Gantry.Scheduling.Tests.Repacking;

/// <summary>The loads of a reassignment with more resources and balances than one vector holds, against sums written out; and where its services are, against
/// lists.</summary>
public sealed class ReassignmentLoadsTests
{
    /// <summary>One to eleven resources, none to five balances, some transient, some without a price; capacities that may be exceeded from the start.</summary>
    private static ReassignmentProblem Wide(Draw d)
    {
        var (resources, machines, processes) = (d.Int(1, 11), d.Int(2, 4), d.Int(1, 9));
        long[] Amounts(int most) => d.Many(resources, resources, _ => (long)d.Int(0, most));
        return new ReassignmentProblem(
            d.Many(resources, resources, _ => new ReassignmentResource(d.Once(3), d.Int(0, 5))),
            d.Many(machines, machines, m => new ReassignmentMachine(m % 2, m % 3, Amounts(40), Amounts(20), d.Many(machines, machines, o => o == m ? 0L : d.Int(0, 9)))),
            d.Many(processes, processes, _ => new ReassignmentService(0, [])),
            d.Many(processes, processes, p => new ReassignmentProcess(p, Amounts(12), d.Int(0, 5))),
            d.Many(0, 5, _ => new ReassignmentBalance(d.Int(0, resources - 1), d.Int(0, resources - 1), d.Int(0, 3), d.Int(0, 4))),
            d.Int(0, 4), d.Int(0, 9), d.Int(0, 4), d.Many(processes, processes, _ => d.Int(0, machines - 1)));
    }

    [Fact]
    public void Loads_OfAnyWidth_PriceEveryChangeAsWrittenOut() => Gen.ULong.Sample(seed =>
    {
        var d = new Draw(seed);
        var problem = Wide(d);
        var (loads, of) = (new ReassignmentLoads(problem), problem.Initial.ToArray());
        for (var step = 0; step < 12; step++)
        {
            foreach (var m in Enumerable.Range(0, problem.Machines.Length))
                Assert.Equal((Cost(problem, of, m), Lack(problem, of, m)), (loads.Cost(m), loads.Lack(m)));
            var process = d.Int(0, of.Length - 1);
            var (from, to, home) = (of[process], d.Int(0, problem.Machines.Length - 1), problem.Initial[process]);
            if (to == from) continue;
            int[] moved = [.. of.Select((m, p) => p == process ? to : m)];
            Assert.Equal(Change(problem, of, moved, from), loads.Without(process, from, home == from));
            Assert.Equal(Change(problem, of, moved, to), loads.With(process, to, home == to));
            foreach (var other in Enumerable.Range(0, of.Length).Where(p => of[p] == to))
            {
                int[] swapped = [.. of.Select((m, p) => p == process ? to : p == other ? from : m)];
                Assert.Equal(Change(problem, of, swapped, to), loads.Instead(process, home == to, other, problem.Initial[other] == to, to));
                Assert.Equal(Change(problem, of, swapped, from), loads.Instead(other, problem.Initial[other] == from, process, home == from, from));
            }

            loads.Leave(process, from, home == from);
            loads.Enter(process, to, home == to);
            of = moved;
        }
    }, iter: 1500);

    /// <summary>The whole state with its services, swaps and moves, on the same wide problems.</summary>
    [Fact]
    public void State_OfAnyWidth_CountsAsThePlainOne() => Gen.ULong.Sample(seed =>
    {
        var d = new Draw(seed);
        var problem = Wide(d);
        var (state, of) = (new ReassignmentState(problem), problem.Initial.ToArray());
        for (var step = 0; step < 12; step++)
        {
            var (process, to) = (d.Int(0, of.Length - 1), d.Int(0, problem.Machines.Length - 1));
            if (state.Shift(process, to, long.MaxValue, 1) is { } change)
            {
                state.Shift(process, to, change);
                of[process] = to;
            }

            Assert.Equal(PlainReassignment.Cost(problem, of), state.Cost);
            Assert.Equal(Enumerable.Range(0, problem.Machines.Length).Sum(m => Lack(problem, of, m)), state.Lack);
            Assert.Equal(Enumerable.Range(0, problem.Machines.Length).Select(m => Cost(problem, of, m)), Enumerable.Range(0, problem.Machines.Length).Select(state.MachineCost));
        }
    }, iter: 1500);

    /// <summary>At no price, what would lack more is forbidden; at a price, the limit counts it.</summary>
    [Fact]
    public void Shift_AtAPrice_IsAllowedUpToItsLimit() => Gen.ULong.Sample(seed =>
    {
        var d = new Draw(seed);
        var problem = Wide(d);
        var state = new ReassignmentState(problem);
        foreach (var process in Enumerable.Range(0, problem.Processes.Length))
            foreach (var to in Enumerable.Range(0, problem.Machines.Length))
            {
                if (state.Shift(process, to, long.MaxValue, 1) is not { } change)
                {
                    Assert.Equal(to, state.Of(process));
                    continue;
                }

                var price = d.Int(1, 9);
                var total = change.Cost + price * change.Lack;
                Assert.Equal(change, state.Shift(process, to, total, price));
                Assert.Null(state.Shift(process, to, total - 1, price));
                int[] moved = [.. problem.Initial.Select((m, p) => p == process ? to : m)];
                Assert.Equal(Lack(problem, moved, to) > Lack(problem, problem.Initial, to), state.ShiftDelta(process, to) is null);
            }
    }, iter: 800);

    /// <summary>How many of a service have moved, one more or less of one or of two, against counting.</summary>
    [Fact]
    public void MostMoved_AfterAnyChanges_IsThatOfTheLists() => Gen.ULong.Sample(seed =>
    {
        var d = new Draw(seed);
        var count = d.Int(1, 4);
        var problem = new ReassignmentProblem(
            [new(false, 1)], [new(0, 0, [99], [99], [0])], d.Many(count, count, _ => new ReassignmentService(0, [])),
            d.Many(12, 12, i => new ReassignmentProcess(i % count, [1], 0)), [], 0, 0, 0, new int[12]);
        var (services, moved) = (new ReassignmentServices(problem), new int[count]);
        for (var step = 0; step < 40; step++)
        {
            var (a, b) = (d.Int(0, count - 1), d.Int(0, count - 1));
            int Any(int s) => d.Pick<int>([0, .. moved[s] > 0 ? (int[])[-1] : [], .. moved[s] < 3 ? (int[])[1] : []]);
            var (changeA, changeB) = (Any(a), Any(b));
            if (a != b || (moved[a] + changeA + changeB >= 0 && moved[a] + changeA + changeB <= 3))
                Assert.Equal(Most((a, changeA), (b, changeB)), services.MostMovedWith(a, changeA, b, changeB));
            Assert.Equal(Most((a, changeA)), services.MostMovedWith(a, changeA));
            services.CountMoved(a, changeA);
            moved[a] += changeA;
            Assert.Equal(moved.Max(), services.MostMoved);
        }

        int Most(params (int Service, int Change)[] changes) => Enumerable.Range(0, count).Max(s => moved[s] + changes.Where(c => c.Service == s).Sum(c => c.Change));
    }, iter: 2000);

    /// <summary>By hand: three machines in two areas and two places; service 1 needs service 0 in its area, service 0 wants two places.</summary>
    [Theory]
    [InlineData(0, 0, 1, false)] // the second of the service is there
    [InlineData(0, 0, 2, false)] // its other one is in that place too: one place is left
    [InlineData(1, 0, 1, true)]
    [InlineData(1, 0, 2, false)] // nothing of service 0 is in the other area
    [InlineData(2, 0, 2, true)] // asks for nothing
    public void Service_ByHand_MayGo(int service, int from, int to, bool allowed)
    {
        var services = new ReassignmentServices(new ReassignmentProblem(
            [new(false, 1)], [new(0, 0, [9], [9], [0, 0, 0]), new(0, 1, [9], [9], [0, 0, 0]), new(1, 1, [9], [9], [0, 0, 0])],
            [new(2, []), new(1, [0]), new(0, [])], [new(0, [1], 0), new(0, [1], 0), new(1, [1], 0), new(2, [1], 0)], [], 0, 0, 0, [0, 1, 0, 0]));
        Assert.Equal(allowed, services.Allow(service, from, to));
        Assert.True(services.Depend(0, 1) && services.Depend(1, 0));
        Assert.False(services.Depend(0, 2) || services.Depend(2, 1));
    }

    /// <summary>The last of a service may not leave an area where another needs it, and may when another of it stays.</summary>
    [Theory]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public void Service_ThatIsNeededInItsArea_MayLeaveWhenAnotherStays(bool second, bool allowed)
    {
        var services = new ReassignmentServices(new ReassignmentProblem(
            [new(false, 1)], [new(0, 0, [9], [9], [0, 0, 0]), new(0, 1, [9], [9], [0, 0, 0]), new(1, 2, [9], [9], [0, 0, 0])],
            [new(0, []), new(0, [0])], [new(0, [1], 0), new(1, [1], 0), .. second ? (ReassignmentProcess[])[new(0, [1], 0)] : []], [], 0, 0, 0, [0, 0, .. second ? (int[])[1] : []]));
        Assert.Equal(allowed, services.Allow(0, 0, 2));
    }

    private static LoadChange Change(ReassignmentProblem p, int[] before, int[] after, int machine) =>
        new(Cost(p, after, machine) - Cost(p, before, machine), Lack(p, after, machine) - Lack(p, before, machine));

    private static long Cost(ReassignmentProblem p, int[] of, int machine)
    {
        var (has, use) = (p.Machines[machine], Use(p, of, machine));
        return use.Select((u, r) => p.Resources[r].Weight * Math.Max(0, u - has.Safety[r])).Sum()
            + p.Balances.Sum(b => b.Weight * Math.Max(0, b.Target * (has.Capacity[b.First] - use[b.First]) - (has.Capacity[b.Second] - use[b.Second])));
    }

    /// <summary>In units of price, of one where a resource has none. What has left its first machine keeps its transient room there.</summary>
    private static long Lack(ReassignmentProblem p, int[] of, int machine) => Use(p, of, machine).Select((u, r) =>
    {
        var kept = p.Resources[r].Transient ? Enumerable.Range(0, of.Length).Where(i => p.Initial[i] == machine && of[i] != machine).Sum(i => p.Processes[i].Need[r]) : 0;
        return Math.Max(1, p.Resources[r].Weight) * Math.Max(0, u + kept - p.Machines[machine].Capacity[r]);
    }).Sum();

    private static long[] Use(ReassignmentProblem p, int[] of, int machine) =>
        [.. p.Resources.Select((_, r) => Enumerable.Range(0, of.Length).Where(i => of[i] == machine).Sum(i => p.Processes[i].Need[r]))];
}
