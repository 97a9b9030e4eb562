using System.Diagnostics;
using Gantry.Scheduling.Model;
using Gantry.Scheduling.Placing;
using Gantry.Scheduling.Profiles;
using Gantry.Scheduling.Repacking;

namespace Gantry.Lab.Bench;

/// <summary>A million containers on ten thousand hosts: what they take in memory, how long one placement takes, and how far a repacking of the whole
/// cluster gets in which time.</summary>
internal static class ScaleBench
{
    private const int ContainersPerApp = 200, Points = 96;

    private const long MB = 1 << 20;

    /// <param name="PlacedPerSecond">Containers a second while the cluster is filled.</param>
    /// <param name="SnapshotBytes">Managed memory of the snapshot.</param>
    /// <param name="RepackBytes">What the repacking took beside it.</param>
    /// <param name="Bound">Hosts that the sum of what is reserved takes.</param>
    /// <param name="Curve">Hosts in use after so many seconds of the search.</param>
    /// <param name="FinishSeconds">Time to turn the result into waves of moves and the report.</param>
    internal sealed record Result(int Containers, int Hosts, double PlacedPerSecond, double OpenSeconds, double PlaceMedianMicros, double PlaceP99Micros, long SnapshotBytes, double RepackOpenSeconds, long RepackBytes, int Bound,
        IReadOnlyList<(double Seconds, int Hosts)> Curve, double FinishSeconds, RepackReport Report, int Waves, long PeakBytes);

    public static void Print(TextWriter output, double seconds, int hosts = 10_000, int containers = 1_000_000, Action<double>? progress = null)
    {
        var r = Run(hosts, containers, seconds, progress);
        void Row(FormattableString text) => output.WriteLine(FormattableString.Invariant(text));
        Row($"| containers, hosts | {r.Containers}, {r.Hosts} |");
        Row($"|---|---|");
        Row($"| placed, in groups of {ContainersPerApp} | {r.PlacedPerSecond:0}/s |");
        Row($"| memory of the snapshot | {r.SnapshotBytes / MB} MiB, {r.SnapshotBytes / r.Containers} bytes a container |");
        Row($"| a session opened on it | {r.OpenSeconds:0.00} s |");
        Row($"| one placement, median, p99 | {r.PlaceMedianMicros:0.0} µs, {r.PlaceP99Micros:0.0} µs |");
        Row($"| a repacking opened on it | {r.RepackOpenSeconds:0.00} s, {r.RepackBytes / MB} MiB beside the snapshot |");
        Row($"| hosts in use by seconds of search (bound {r.Bound}) | {string.Join(", ", Thin(r.Curve).Select(p => FormattableString.Invariant($"{p.Seconds:0.0} s: {p.Hosts}")))} |");
        Row($"| plan | {r.FinishSeconds:0.0} s for {r.Waves} waves, {r.Report.Moves} moves ({r.Report.MovedShare:0.0%} of the containers), {r.Report.HostsBefore} to {r.Report.HostsAfter} hosts{(r.Report.Finished ? "" : ", search not finished")} |");
        Row($"| most resident memory of the process | {r.PeakBytes / MB} MiB |");
    }

    public static Result Run(int hosts, int containers, double seconds, Action<double>? progress = null)
    {
        var start = GC.GetTotalMemory(true);
        var watch = Stopwatch.StartNew();
        var snapshot = Fill(hosts, containers);
        var placed = watch.Elapsed.TotalSeconds;
        var snapshotBytes = GC.GetTotalMemory(true) - start;
        var (open, micros) = PlaceOne(snapshot);

        var before = GC.GetTotalMemory(true);
        watch.Restart();
        // Maintenance-night sizes: a wave of fifty would take days for a fifth of a million.
        var search = RepackSearch.Open(snapshot, new RepackOptions { MovesAtOnce = 20_000, MovesAtOncePerHost = 10, MovesAtOncePerApp = 20 }).Value;
        var opened = watch.Elapsed.TotalSeconds;
        var repackBytes = GC.GetTotalMemory(true) - before;
        var curve = Search(search, seconds, progress);
        watch.Restart();
        var plan = search.Finish();
        return new Result(snapshot.Containers.Count, hosts, containers / placed, open, micros[micros.Length / 2], micros[micros.Length * 99 / 100], snapshotBytes, opened, repackBytes, Bound(snapshot), curve, watch.Elapsed.TotalSeconds,
            plan.Report, plan.Plan.Waves.Count, Process.GetCurrentProcess().PeakWorkingSet64);
    }

    private static List<(double, int)> Search(RepackSearch search, double seconds, Action<double>? progress)
    {
        var watch = Stopwatch.StartNew();
        var curve = new List<(double, int)> { (0, search.UsedHosts) };
        while (watch.Elapsed.TotalSeconds < seconds && search.Run(100_000))
        {
            curve.Add((watch.Elapsed.TotalSeconds, search.UsedHosts));
            progress?.Invoke(watch.Elapsed.TotalSeconds / seconds);
        }

        progress?.Invoke(1);
        curve.Add((watch.Elapsed.TotalSeconds, search.UsedHosts));
        return curve;
    }

    /// <summary>Apps of two hundred containers whose use follows the sun, each at its own hour, spread over all hosts.</summary>
    private static ClusterSnapshot Fill(int hosts, int containers)
    {
        var cluster = new ClusterSnapshot
        {
            Seed = 1,
            Hosts = [.. Enumerable.Range(0, hosts).Select(h => new HostSnapshot($"host-{h:00000}", [64_000, 128L << 30]))],
            Policy = new ClusterPolicy { Rankers = [new RankerWeight("least-allocated", 1)] },
        };
        var session = PlacementSession.Open(cluster).Value;
        var placed = new List<ContainerSnapshot>(containers);
        for (var app = 0; app * ContainersPerApp < containers; app++)
        {
            var request = new PlacementRequest($"r{app}", $"app-{app:00000}", ContainersPerApp, (long[])[100 + 37 * app % 800, (128 + 91 * app % 1000) * MB]);
            ProfileSnapshot?[] profiles = [Day(request.Limits[0], app), null];
            for (var i = 0; i < ContainersPerApp && placed.Count < containers; i++)
            {
                var decision = session.Place(request);
                if (decision.IsPlaced) placed.Add(new ContainerSnapshot($"c{placed.Count:0000000}", request.App, session.Hosts[decision.Host].Id, request.Limits) { Profiles = profiles });
            }
        }

        return cluster with { Containers = placed, Policy = new ClusterPolicy() };
    }

    private static ProfileSnapshot Day(long limit, int app) =>
        new([]) { Daily = [.. Enumerable.Range(0, Points).Select(t => (float)(limit * (0.5 + 0.4 * Math.Sin(2 * Math.PI * (t + app * 13 % Points) / Points))))] };

    private static (double OpenSeconds, double[] Micros) PlaceOne(ClusterSnapshot snapshot)
    {
        const int warm = 2000, measured = 5000;
        var watch = Stopwatch.StartNew();
        var session = PlacementSession.Open(snapshot).Value;
        var open = watch.Elapsed.TotalSeconds;
        var micros = new double[measured];
        for (var i = 0; i < warm + measured; i++)
        {
            var request = new PlacementRequest($"one-{i}", $"new-{i}", 1, (long[])[100 + i % 700, (128 + i % 900) * MB]);
            var start = Stopwatch.GetTimestamp();
            session.Place(request);
            if (i >= warm) micros[i - warm] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
        }

        Array.Sort(micros);
        return (open, micros);
    }

    private static int Bound(ClusterSnapshot snapshot) => Enumerable.Range(0, snapshot.Resources.Count)
        .Max(r => (int)Math.Ceiling(snapshot.Containers.Sum(c => (double)c.Limits[r]) / snapshot.Hosts[0].Capacity[r]));

    /// <summary>When each tenth of all that was gained was there.</summary>
    private static IEnumerable<(double Seconds, int Hosts)> Thin(IReadOnlyList<(double Seconds, int Hosts)> curve) =>
        Enumerable.Range(0, 11).Select(i => curve.First(p => p.Hosts <= curve[0].Hosts - (curve[0].Hosts - curve[^1].Hosts) * i / 10.0)).Distinct();
}
