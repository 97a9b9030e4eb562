using System.Diagnostics;
using Gantry.Scheduling;
using Gantry.Scheduling.Model;
using Gantry.Scheduling.Placing;
using Gantry.Scheduling.Repacking;

namespace Gantry.Lab.Bench;

/// <summary>Cell compaction as published for Borg (EuroSys 2015, §5.1): random hosts are taken away until the workload, packed from scratch each
/// time, no longer fits; at most 0.2 % of it may stay pending.</summary>
internal sealed class CompactionBench
{
    private const double MayStayPending = 0.002;

    private readonly ClusterSnapshot _snapshot;
    private readonly CellPacking _packing;
    private readonly CompactionBound _bound;
    private readonly int _pending;
    private readonly long _steps;

    /// <param name="snapshot">The workload and its hosts.</param>
    /// <param name="steps">Steps of Gantry's search for each packing.</param>
    public CompactionBench(ClusterSnapshot snapshot, long steps)
    {
        _snapshot = snapshot.Canonical();
        _packing = CellPacking.Open(_snapshot, new RepackOptions { Safety = 1 }).Value;
        _pending = (int)(MayStayPending * snapshot.Containers.Count);
        _bound = new CompactionBound(_packing.Hosts, _packing.Containers, _pending, snapshot.Resources.Count);
        _steps = steps;
    }

    /// <summary>Prints a line for each seed and the 90th percentile of each column.</summary>
    public static void Print(string name, ClusterSnapshot snapshot, int seeds, long steps, bool peers, TextWriter output)
    {
        var bench = new CompactionBench(snapshot, steps);
        output.WriteLine($"{name}: {snapshot.Containers.Count} containers, {snapshot.Hosts.Count} hosts");
        output.WriteLine("| seed | bound | Gantry | above the bound | best fit | MostAllocated | s |");
        output.WriteLine("|---|---|---|---|---|---|---|");
        var results = new List<Result>();
        foreach (var r in Enumerable.Range(1, seeds).AsParallel().AsOrdered().WithDegreeOfParallelism(2).WithMergeOptions(ParallelMergeOptions.NotBuffered).Select(seed => bench.Run((ulong)seed, peers)))
        {
            results.Add(r);
            output.WriteLine(FormattableString.Invariant($"| {results.Count} | {r.Bound} | {r.Gantry} | {r.Gantry / (double)r.Bound - 1:0.0%} | {r.BestFit} | {r.MostAllocated} | {r.Seconds:0.0} |"));
        }

        int At90(Func<Result, int> of) => results.Select(of).Order().ElementAt((int)Math.Ceiling(0.9 * results.Count) - 1);
        output.WriteLine(FormattableString.Invariant(
            $"| 90th percentile | {At90(r => r.Bound)} | {At90(r => r.Gantry)} ({results.Min(r => r.Gantry)} to {results.Max(r => r.Gantry)}) | {results.Select(r => r.Gantry / (double)r.Bound - 1).Order().ElementAt((int)Math.Ceiling(0.9 * results.Count) - 1):0.0%} | {At90(r => r.BestFit)} | {At90(r => r.MostAllocated)} | |"));
    }

    public sealed record Result(int Bound, int Gantry, int BestFit, int MostAllocated, double Seconds);

    public Result Run(ulong seed, bool peers)
    {
        var watch = Stopwatch.StartNew();
        var order = Order(seed);
        var bound = _packing.AtLeast(order, _bound.Hosts(order), _pending);
        var gantry = Least(bound, order.Length, n => Fits(order[..n]));
        var seconds = watch.Elapsed.TotalSeconds;
        return new Result(bound, gantry, peers ? Peer("best-fit", order, bound) : 0, peers ? Peer("most-allocated", order, bound) : 0, seconds);
    }

    /// <summary>The hosts in the order in which they stay: those taken away first come last.</summary>
    public int[] Order(ulong seed)
    {
        var random = new SeededRandom(seed);
        var order = Enumerable.Range(0, _packing.Hosts.Count).ToArray();
        random.Shuffle(order);
        return order;
    }

    private bool Fits(int[] hosts)
    {
        var watch = Stopwatch.StartNew();
        var pending = _packing.Pack(hosts, _steps, _pending).Count(h => h < 0);
        Console.Error.WriteLine(FormattableString.Invariant($"{hosts.Length} hosts: {pending} of {_pending} pending after {watch.Elapsed.TotalSeconds:0.0} s"));
        return pending <= _pending;
    }

    private int Peer(string ranker, int[] order, int bound) => Least(bound, order.Length, n => Refused(ranker, order[..n]) <= _pending);

    /// <summary>How many a scheduler with this ranker leaves pending, the largest first, each host looked at for each.</summary>
    private int Refused(string ranker, int[] hosts)
    {
        var chosen = _snapshot with
        {
            Hosts = [.. hosts.Select(h => _packing.Hosts[h])],
            Containers = [],
            // A peer sees requests: the peak of each curve, and promises what is there.
            Policy = new ClusterPolicy { Rankers = [new RankerWeight(ranker, 1)], SampleSize = 0 },
        };
        var session = PlacementSession.Open(chosen).Value;
        var total = Enumerable.Range(0, _snapshot.Resources.Count).Select(r => Math.Max(1.0, chosen.Hosts.Sum(h => (double)h.Capacity[r]))).ToArray();
        var refused = 0;
        foreach (var container in _snapshot.Containers.OrderByDescending(c => c.Limits.Select((l, r) => l / total[r]).Max()).ThenBy(c => c.Id, StringComparer.Ordinal))
        {
            if (!session.Place(new PlacementRequest(container.Id, container.App, 1, container.Limits)).IsPlaced && ++refused > _pending) return refused;
        }

        return refused;
    }

    /// <summary>The least number for which it fits, to a part in five hundred: steps that double from the bound on, then halves. One more than there are
    /// hosts when nothing does.</summary>
    private static int Least(int bound, int most, Func<int, bool> fits)
    {
        var (low, high, step) = (bound - 1, Math.Min(most, bound + bound / 50), Math.Max(1, bound / 50));
        while (!fits(high))
        {
            if (high == most) return most + 1;
            (low, high, step) = (high, Math.Min(most, high + step), step * 2);
        }

        while (high - low > Math.Max(1, bound / 500))
        {
            var middle = (low + high) / 2;
            if (fits(middle)) high = middle;
            else low = middle;
        }

        return high;
    }
}
