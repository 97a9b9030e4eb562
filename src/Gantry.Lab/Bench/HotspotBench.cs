using System.Diagnostics;
using System.Globalization;
using Gantry.Lab.Data;
using Gantry.Scheduling;
using Gantry.Scheduling.Hotspots;
using Gantry.Scheduling.Model;
using Gantry.Scheduling.Profiles;

namespace Gantry.Lab.Bench;

/// <summary>Replays days of PlanetLab on overcommitted hosts, with containers where they were put and with Sandpiper, and shows what no policy could do.</summary>
internal static class HotspotBench
{
    public const int PerHost = 20;

    private const long Core = 1000;

    /// <summary>Samples from which on a hotspot can be seen.</summary>
    private const int First = 2;

    private static readonly double[] _means = [0.4, 0.5, 0.6];

    /// <param name="Evened">With every container moved in every interval so as to even the forecast out: what is left is what the forecast can't know.</param>
    /// <param name="Foreseen">The same by the loads as they will be.</param>
    public sealed record Result(int Containers, int Hosts, OverloadCount Static, OverloadCount Relieved, int Evened, int Foreseen, int Moves, double WorstPlanMs)
    {
        public double MovesPerHourShare => Moves / 24.0 / Containers;
    }

    public static void Print(DataFolder folder, TextWriter output)
    {
        output.WriteLine("| mean | day | hosts | static | with Gantry | fewer | sustained, static | sustained, with Gantry | fewer | moves an hour | worst pass ms | all moved, forecast | all moved, foreseen |");
        output.WriteLine("|---|---|---|---|---|---|---|---|---|---|---|---|---|");
        foreach (var mean in _means)
        {
            var results = PlanetLabReader.Days.Select(day => Replay(PlanetLabReader.Read(folder, day), mean)).ToList();
            foreach (var (day, r) in PlanetLabReader.Days.Zip(results)) output.WriteLine(Row(mean, day, r));
            output.WriteLine(Row(mean, "all", new Result(
                results.Sum(r => r.Containers), results.Sum(r => r.Hosts), OverloadCount.Sum(results.Select(r => r.Static)), OverloadCount.Sum(results.Select(r => r.Relieved)),
                results.Sum(r => r.Evened), results.Sum(r => r.Foreseen), results.Sum(r => r.Moves), results.Max(r => r.WorstPlanMs))));
        }

        LoadIndexBench.Print(folder, output);
        output.WriteLine(FormattableString.Invariant($"One pass, 10,000 containers on 1,000 hosts, 50 of them hot: {PlanTime(0):0.0} ms; the same with every host noisy and half of them at risk: {PlanTime(250):0.0} ms (medians of 9)"));
    }

    private static string Row(double mean, string day, Result r) => FormattableString.Invariant(
        $"| {mean:0%} | {day} | {r.Hosts} | {r.Static.All} | {r.Relieved.All} | {Fewer(r.Static.All, r.Relieved.All)} | {r.Static.Sustained} | {r.Relieved.Sustained} | {Fewer(r.Static.Sustained, r.Relieved.Sustained)} | {r.MovesPerHourShare:0.00%} | {r.WorstPlanMs:0.0} | {Fewer(r.Static.All, r.Evened)} | {Fewer(r.Static.All, r.Foreseen)} |");

    private static string Fewer(int before, int after) => before == 0 ? "–" : FormattableString.Invariant($"{1 - (double)after / before:0%}");

    /// <summary>Hosts are so large that the mean load of their containers is a share of <paramref name="mean"/> of them.</summary>
    public static Result Replay(IReadOnlyList<float[]> traces, double mean)
    {
        var hosts = (traces.Count + PerHost - 1) / PerHost;
        var capacity = (long)(traces.Average(t => t.Average()) / 100 * Core * PerHost / mean);
        var fixedHome = Enumerable.Range(0, traces.Count).Select(v => v % hosts).ToArray();
        var (home, evened) = (fixedHome.ToArray(), fixedHome.ToArray());
        var movedAt = new DateTimeOffset?[traces.Count];
        var (still, relieved, even, foreseen) = (new OverloadCount(hosts, capacity), new OverloadCount(hosts, capacity), new OverloadCount(hosts, capacity), new OverloadCount(hosts, capacity));
        var moves = 0;
        double worst = 0;
        for (var t = 0; t < PlanetLabReader.Samples; t++)
        {
            double[] now = [.. traces.Select(trace => (double)trace[t] / 100 * Core)];
            still.Add(fixedHome, now);
            relieved.Add(home, now);
            even.Add(evened, now);
            foreseen.Add(Spread(now, hosts), now);
            if (t < First) continue;
            var snapshot = Snapshot(traces, home, movedAt, hosts, capacity, t);
            evened = Spread([.. snapshot.Containers.Select(c => ProfileMoments.Of(c.Profiles[0]!.Window).Mean)], hosts);
            var watch = Stopwatch.GetTimestamp();
            var plan = Sandpiper.Plan(snapshot).Value;
            worst = Math.Max(worst, Stopwatch.GetElapsedTime(watch).TotalMilliseconds);
            foreach (var move in plan.Waves.SelectMany(w => w.Moves))
            {
                var v = int.Parse(move.ContainerId, CultureInfo.InvariantCulture);
                home[v] = int.Parse(move.To, CultureInfo.InvariantCulture);
                movedAt[v] = snapshot.Now;
                moves++;
            }
        }

        return new Result(traces.Count, hosts, still, relieved, even.All, foreseen.All, moves, worst);
    }

    /// <summary>The largest first, each to the host with the least.</summary>
    private static int[] Spread(double[] loads, int hosts)
    {
        var home = new int[loads.Length];
        var queue = new PriorityQueue<int, (double, int)>(Enumerable.Range(0, hosts).Select(h => (h, (0.0, h))));
        foreach (var v in Enumerable.Range(0, loads.Length).OrderByDescending(v => loads[v]))
        {
            queue.TryDequeue(out var host, out var load);
            home[v] = host;
            queue.Enqueue(host, (load.Item1 + loads[v], host));
        }

        return home;
    }

    private static ClusterSnapshot Snapshot(IReadOnlyList<float[]> traces, int[] home, DateTimeOffset?[] movedAt, int hosts, long capacity, int t)
    {
        var from = Math.Max(0, t + 1 - ProfileState.WindowSize);
        return new ClusterSnapshot
        {
            Now = DateTimeOffset.UnixEpoch.AddMinutes(5 * t),
            Resources = [ResourceNames.Cpu],
            Hosts = [.. Enumerable.Range(0, hosts).Select(h => new HostSnapshot(Name(h), [capacity]))],
            Containers =
            [
                .. traces.Select((trace, v) => new ContainerSnapshot(Name(v), Name(v), Name(home[v]), [Core])
                {
                    MovedAt = movedAt[v],
                    Profiles = [new ProfileSnapshot([.. trace[from..(t + 1)].Select(p => p / 100 * Core)])],
                }),
            ],
            Policy = new ClusterPolicy { Overcommit = [new Overcommit("", ResourceNames.Cpu, 20)] },
        };
    }

    /// <summary>Milliseconds of a pass over ten thousand containers on a thousand hosts, fifty of them hot.</summary>
    /// <param name="noise">How far samples go up and down beyond the small waves of the quiet case.</param>
    public static double PlanTime(int noise)
    {
        var random = new SeededRandom(1);
        var snapshot = new ClusterSnapshot
        {
            Now = DateTimeOffset.UnixEpoch,
            Hosts = [.. Enumerable.Range(0, 1000).Select(h => new HostSnapshot(Name(h), [8000, 64L << 30]))],
            Containers =
            [
                .. Enumerable.Range(0, 10_000).Select(c =>
                {
                    var level = c % 1000 < 50 ? 650f : noise == 0 ? 300f : 350f + c % 1000 * 0.3f;
                    var window = Enumerable.Range(0, ProfileState.WindowSize).Select(i => level + (c * 7 + i * 13) % 100 + random.Next(2 * noise + 1) - noise).ToArray();
                    return new ContainerSnapshot(Name(c), Name(c), Name(c % 1000), [1000, 1L << 30]) { Profiles = [new ProfileSnapshot(window), new ProfileSnapshot([.. window.Select(w => w * 1e6f)])] };
                }),
            ],
            Policy = new ClusterPolicy { Overcommit = [new Overcommit("", ResourceNames.Cpu, 2)], Hotspots = new HotspotPolicy { MaxMoves = 300 } },
        };
        var times = Enumerable.Range(0, 9).Select(_ =>
        {
            var watch = Stopwatch.GetTimestamp();
            Sandpiper.Plan(snapshot);
            return Stopwatch.GetElapsedTime(watch).TotalMilliseconds;
        }).Order().ToArray();
        return times[4];
    }

    private static string Name(int number) => number.ToString("00000", CultureInfo.InvariantCulture);
}
