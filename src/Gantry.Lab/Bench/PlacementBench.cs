using System.Diagnostics;
using Gantry.Scheduling.Model;
using Gantry.Scheduling.Placing;

namespace Gantry.Lab.Bench;

/// <summary>Placements a second and the slowest percentile on synthetic clusters: cpu and memory reserved, an app's containers spread.</summary>
internal static class PlacementBench
{
    private const int Warm = 2000;

    public sealed record Result(double PerSecond, double MedianMicros, double P99Micros, double WorstMicros, long BytesEach, int Refused);

    public static void Print(TextWriter output)
    {
        WarmUp();
        output.WriteLine("| hosts | containers | requests | placements/s | p50 µs | p99 µs | worst µs | bytes each | refused |");
        output.WriteLine("|---|---|---|---|---|---|---|---|---|");
        foreach (var hosts in new[] { 1000, 5000, 10_000 })
        {
            Row(output, hosts, 10_000, "unique", 1);
            Row(output, hosts, 30_000, "unique", 1);
            Row(output, hosts, 30_000, "groups of 100", 100);
        }
    }

    /// <summary>A service places for days, so the code is compiled to its last stage before anything is measured: it is run, given time for the
    /// compiler's thread, and run again with the profile that was taken.</summary>
    public static void WarmUp()
    {
        for (var round = 0; round < 4; round++)
        {
            foreach (var group in new[] { 1, 100 }) Measure(1000, 5 * Warm, group);
            Thread.Sleep(150);
        }
    }

    /// <param name="hosts">Hosts of 32 cores and 64 GB.</param>
    /// <param name="containers">How many are placed.</param>
    /// <param name="group">Equal containers that follow each other.</param>
    public static Result Run(int hosts, int containers, int group)
    {
        Measure(hosts, Warm, group);
        GC.Collect();
        var (ticks, bytes, refused) = Measure(hosts, containers, group);
        Array.Sort(ticks);
        double Micros(double share) => ticks[(int)Math.Min(ticks.Length - 1, share * ticks.Length)] * 1e6 / Stopwatch.Frequency;
        return new Result(containers / (ticks.Sum() / (double)Stopwatch.Frequency), Micros(0.5), Micros(0.99), Micros(1), bytes / containers, refused);
    }

    private static void Row(TextWriter output, int hosts, int containers, string kind, int group)
    {
        var r = Run(hosts, containers, group);
        output.WriteLine(FormattableString.Invariant(
            $"| {hosts} | {containers} | {kind} | {r.PerSecond:0} | {r.MedianMicros:0.0} | {r.P99Micros:0.0} | {r.WorstMicros:0.0} | {r.BytesEach} | {r.Refused} |"));
    }

    private static (long[] Ticks, long Bytes, int Refused) Measure(int hosts, int containers, int group)
    {
        var session = PlacementSession.Open(new ClusterSnapshot
        {
            Seed = 1,
            Hosts = [.. Enumerable.Range(0, hosts).Select(i => new HostSnapshot($"host-{i:00000}", [32_000, 64L << 30]))],
        }).Value;
        var requests = Enumerable.Range(0, containers / group).Select(i =>
            new PlacementRequest($"r{i}", $"app-{i}", group, [100 + i % 900, (128L + i % 1000) << 20])).ToArray();
        var ticks = new long[containers];
        var refused = 0;
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < containers; i++)
        {
            var start = Stopwatch.GetTimestamp();
            if (!session.Place(requests[i / group]).IsPlaced) refused++;
            ticks[i] = Stopwatch.GetTimestamp() - start;
        }

        return (ticks, GC.GetAllocatedBytesForCurrentThread() - before, refused);
    }
}
