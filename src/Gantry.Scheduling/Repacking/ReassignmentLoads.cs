using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Gantry.Scheduling.Repacking;

/// <summary>What the machines of a reassignment carry and what that costs, laid out for the vector unit. A lane is a resource in units of its
/// price, or a balance: it is linear in the use too, so that it only differs by needs that may be negative and by having no capacity.</summary>
internal sealed class ReassignmentLoads
{
    /// <summary>More than any sum of a problem, and small enough to add to.</summary>
    private const long Endless = long.MaxValue / 4;

    private readonly int _lanes;
    private readonly long[] _need;     // process, lane
    private readonly long[] _machine;  // machine, then what is free by lane, then what is above the safety capacity by lane
    private readonly long[] _taken;    // lane: all ones where a process takes room; for any machine, then for its home, which keeps the transient room for it
    private readonly long[] _cost;     // machine
    private readonly long[] _lack;     // machine: what is taken beyond its capacity

    public ReassignmentLoads(ReassignmentProblem problem)
    {
        var (resources, balances) = (problem.Resources, problem.Balances);
        _lanes = (resources.Length + balances.Length + Vector256<long>.Count - 1) / Vector256<long>.Count * Vector256<long>.Count;
        _need = new long[problem.Processes.Length * _lanes];
        for (var p = 0; p < problem.Processes.Length; p++) Scale(problem, problem.Processes[p].Need, _need.AsSpan(p * _lanes, _lanes));
        _taken = new long[2 * _lanes];
        Array.Fill(_taken, -1);
        for (var r = 0; r < resources.Length; r++)
            if (resources[r].Transient) _taken[_lanes + r] = 0;
        _machine = new long[problem.Machines.Length * 2 * _lanes];
        (_cost, _lack) = (new long[problem.Machines.Length], new long[problem.Machines.Length]);
        for (var m = 0; m < problem.Machines.Length; m++) Empty(problem, m);
        for (var p = 0; p < problem.Initial.Length; p++) Take(p, problem.Initial[p]);
        for (var m = 0; m < problem.Machines.Length; m++) Price(m);
    }

    /// <summary>What is taken of a machine beyond its capacity, in units of price.</summary>
    public long Lack(int machine) => _lack[machine];

    /// <summary>What a machine costs now.</summary>
    public long Cost(int machine) => _cost[machine];

    /// <summary>What changes on its machine when a process leaves it.</summary>
    public LoadChange Without(int process, int machine, bool home)
    {
        ref var needs = ref MemoryMarshal.GetArrayDataReference(_need);
        ref var machines = ref MemoryMarshal.GetArrayDataReference(_machine);
        ref var taken = ref MemoryMarshal.GetArrayDataReference(_taken);
        var (need, free, lanes) = ((nuint)(process * _lanes), (nuint)(2 * machine * _lanes), (nuint)_lanes);
        var mask = home ? lanes : 0;
        var (sum, lack) = (Vector256<long>.Zero, Vector256<long>.Zero);
        for (nuint lane = 0; lane < lanes; lane += (nuint)Vector256<long>.Count)
        {
            var minus = Vector256.LoadUnsafe(ref needs, need + lane);
            lack += Vector256.Min(Vector256.LoadUnsafe(ref machines, free + lane) + (minus & Vector256.LoadUnsafe(ref taken, mask + lane)), Vector256<long>.Zero);
            sum += Vector256.Max(Vector256.LoadUnsafe(ref machines, free + lanes + lane) - minus, Vector256<long>.Zero);
        }

        return new LoadChange(Vector256.Sum(sum) - _cost[machine], -Vector256.Sum(lack) - _lack[machine]);
    }

    /// <summary>What changes on a machine with one process more.</summary>
    public LoadChange With(int process, int machine, bool home)
    {
        ref var needs = ref MemoryMarshal.GetArrayDataReference(_need);
        ref var machines = ref MemoryMarshal.GetArrayDataReference(_machine);
        ref var taken = ref MemoryMarshal.GetArrayDataReference(_taken);
        var (need, free, lanes) = ((nuint)(process * _lanes), (nuint)(2 * machine * _lanes), (nuint)_lanes);
        var mask = home ? lanes : 0;
        var (sum, lack) = (Vector256<long>.Zero, Vector256<long>.Zero);
        for (nuint lane = 0; lane < lanes; lane += (nuint)Vector256<long>.Count)
        {
            var plus = Vector256.LoadUnsafe(ref needs, need + lane);
            lack += Vector256.Min(Vector256.LoadUnsafe(ref machines, free + lane) - (plus & Vector256.LoadUnsafe(ref taken, mask + lane)), Vector256<long>.Zero);
            sum += Vector256.Max(Vector256.LoadUnsafe(ref machines, free + lanes + lane) + plus, Vector256<long>.Zero);
        }

        return new LoadChange(Vector256.Sum(sum) - _cost[machine], -Vector256.Sum(lack) - _lack[machine]);
    }

    /// <summary>What changes on a machine when one process takes the place of another.</summary>
    public LoadChange Instead(int process, bool home, int without, bool withoutHome, int machine)
    {
        ref var needs = ref MemoryMarshal.GetArrayDataReference(_need);
        ref var machines = ref MemoryMarshal.GetArrayDataReference(_machine);
        ref var taken = ref MemoryMarshal.GetArrayDataReference(_taken);
        var (need, other, free, lanes) = ((nuint)(process * _lanes), (nuint)(without * _lanes), (nuint)(2 * machine * _lanes), (nuint)_lanes);
        var (mask, otherMask) = (home ? lanes : 0, withoutHome ? lanes : 0);
        var (sum, lack) = (Vector256<long>.Zero, Vector256<long>.Zero);
        for (nuint lane = 0; lane < lanes; lane += (nuint)Vector256<long>.Count)
        {
            var plus = Vector256.LoadUnsafe(ref needs, need + lane);
            var minus = Vector256.LoadUnsafe(ref needs, other + lane);
            var left = Vector256.LoadUnsafe(ref machines, free + lane) - (plus & Vector256.LoadUnsafe(ref taken, mask + lane)) + (minus & Vector256.LoadUnsafe(ref taken, otherMask + lane));
            lack += Vector256.Min(left, Vector256<long>.Zero);
            sum += Vector256.Max(Vector256.LoadUnsafe(ref machines, free + lanes + lane) + plus - minus, Vector256<long>.Zero);
        }

        return new LoadChange(Vector256.Sum(sum) - _cost[machine], -Vector256.Sum(lack) - _lack[machine]);
    }

    public void Enter(int process, int machine, bool home) => Change(process, machine, home, 1);

    public void Leave(int process, int machine, bool home) => Change(process, machine, home, -1);

    private void Change(int process, int machine, bool home, int sign)
    {
        var need = _need.AsSpan(process * _lanes, _lanes);
        var free = _machine.AsSpan(2 * machine * _lanes, _lanes);
        var excess = _machine.AsSpan((2 * machine + 1) * _lanes, _lanes);
        var taken = _taken.AsSpan(home ? _lanes : 0, _lanes);
        for (var lane = 0; lane < need.Length; lane++)
        {
            free[lane] -= sign * (need[lane] & taken[lane]);
            excess[lane] += sign * need[lane];
        }

        Price(machine);
    }

    /// <summary>A process on its first machine takes all its room there: leaving it will not free what is transient.</summary>
    private void Take(int process, int machine)
    {
        for (var lane = 0; lane < _lanes; lane++)
        {
            _machine[2 * machine * _lanes + lane] -= _need[process * _lanes + lane];
            _machine[(2 * machine + 1) * _lanes + lane] += _need[process * _lanes + lane];
        }
    }

    private void Price(int machine)
    {
        long cost = 0, lack = 0;
        foreach (var free in _machine.AsSpan(2 * machine * _lanes, _lanes)) lack += Math.Max(0, -free);
        foreach (var excess in _machine.AsSpan((2 * machine + 1) * _lanes, _lanes)) cost += Math.Max(0, excess);
        (_cost[machine], _lack[machine]) = (cost, lack);
    }

    private void Empty(ReassignmentProblem problem, int machine)
    {
        var free = _machine.AsSpan(2 * machine * _lanes, _lanes);
        var excess = _machine.AsSpan((2 * machine + 1) * _lanes, _lanes);
        var (capacity, safety) = (problem.Machines[machine].Capacity, problem.Machines[machine].Safety);
        free.Fill(Endless);
        Scale(problem, capacity, free);
        for (var r = 0; r < safety.Length; r++) excess[r] = problem.Resources[r].Weight == 0 ? -Endless : -problem.Resources[r].Weight * safety[r];
        for (var b = 0; b < problem.Balances.Length; b++)
        {
            // Of an empty machine, all is free: minus what the capacity would need.
            (excess[safety.Length + b], free[safety.Length + b]) = (-free[safety.Length + b], Endless);
        }
    }

    /// <summary>A resource without a price still bounds what fits. A balance grows with what is taken of its second resource.</summary>
    private static void Scale(ReassignmentProblem problem, long[] amounts, Span<long> lanes)
    {
        for (var r = 0; r < amounts.Length; r++) lanes[r] = Math.Max(1, problem.Resources[r].Weight) * amounts[r];
        foreach (var (i, balance) in problem.Balances.Index())
            lanes[amounts.Length + i] = balance.Weight * (amounts[balance.Second] - balance.Target * amounts[balance.First]);
    }
}

/// <summary>What a move changes: what machines cost, and what is taken of them beyond their capacity.</summary>
internal readonly record struct LoadChange(long Cost, long Lack)
{
    public static LoadChange operator +(LoadChange a, LoadChange b) => new(a.Cost + b.Cost, a.Lack + b.Lack);
}
