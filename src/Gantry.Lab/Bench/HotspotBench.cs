using System.Diagnostics;
using Gantry.Lab.Data;
using Gantry.Scheduling.Hotspots;
using Gantry.Scheduling.Model;
using Gantry.Scheduling.Profiles;

namespace Gantry.Lab.Bench;

/// <summary>Replays days of PlanetLab on overcommitted hosts, once with containers where they were put and once with Sandpiper.</summary>
internal static class HotspotBench
{
    private const int PerHost = 20;

    private const long Core = 1000;

    private static readonly string[] _days = ["20110303", "20110306", "20110309", "20110322", "20110325"];

    public sealed record Result(int Containers, int Hosts, int StaticOverloads, int Overloads, int Moves, double MovesPerHourShare, double WorstPlanMs);

    public static void Print(DataFolder folder, TextWriter output)
    {
        output.WriteLine("| day | containers | hosts | overloaded host-intervals, static | with Sandpiper | moves | moves an hour | worst plan ms |");
        output.WriteLine("|---|---|---|---|---|---|---|---|");
        foreach (var day in _days)
        {
            var r = Replay(PlanetLabReader.Parse(File.ReadLines(folder.File($"planetlab/{day}.csv"))));
            output.WriteLine(FormattableString.Invariant($"| {day} | {r.Containers} | {r.Hosts} | {r.StaticOverloads} | {r.Overloads} | {r.Moves} | {r.MovesPerHourShare:0.00%} | {r.WorstPlanMs:0.0} |"));
        }

        output.WriteLine(FormattableString.Invariant($"One pass, 10,000 containers on 1,000 hosts, 50 of them hot: {PlanTime():0.0} ms (median of 9)"));
    }

    /// <summary>Hosts are as large as the mean load of their containers at 60 %: overcommitted so that peaks overload some.</summary>
    public static Result Replay(IReadOnlyList<float[]> traces)
    {
        var hosts = (traces.Count + PerHost - 1) / PerHost;
        var mean = traces.Average(t => t.Average()) / 100 * Core;
        var capacity = (long)(mean * PerHost / 0.6);
        var (fixedHome, home) = (new int[traces.Count], new int[traces.Count]);
        for (var v = 0; v < traces.Count; v++) fixedHome[v] = home[v] = v % hosts;
        var movedAt = new DateTimeOffset?[traces.Count];
        int staticOver = 0, over = 0, moves = 0;
        double worst = 0;
        for (var t = 0; t < PlanetLabReader.Samples; t++)
        {
            staticOver += Overloaded(traces, fixedHome, hosts, capacity, t);
            over += Overloaded(traces, home, hosts, capacity, t);
            if (t < 5) continue;
            var snapshot = Snapshot(traces, home, movedAt, hosts, capacity, t);
            var watch = Stopwatch.GetTimestamp();
            var plan = Sandpiper.Plan(snapshot).Value;
            worst = Math.Max(worst, Stopwatch.GetElapsedTime(watch).TotalMilliseconds);
            foreach (var move in plan.Waves.SelectMany(w => w.Moves))
            {
                var v = int.Parse(move.ContainerId, System.Globalization.CultureInfo.InvariantCulture);
                home[v] = int.Parse(move.To, System.Globalization.CultureInfo.InvariantCulture);
                movedAt[v] = snapshot.Now;
                moves++;
            }
        }

        return new Result(traces.Count, hosts, staticOver, over, moves, moves / 24.0 / traces.Count, worst);
    }

    private static int Overloaded(IReadOnlyList<float[]> traces, int[] home, int hosts, long capacity, int t)
    {
        var load = new double[hosts];
        for (var v = 0; v < traces.Count; v++) load[home[v]] += traces[v][t] / 100 * Core;
        return load.Count(l => l > 0.75 * capacity);
    }

    private static ClusterSnapshot Snapshot(IReadOnlyList<float[]> traces, int[] home, DateTimeOffset?[] movedAt, int hosts, long capacity, int t)
    {
        var from = Math.Max(0, t - 35);
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

    private static double PlanTime()
    {
        var snapshot = new ClusterSnapshot
        {
            Now = DateTimeOffset.UnixEpoch,
            Hosts = [.. Enumerable.Range(0, 1000).Select(h => new HostSnapshot(Name(h), [8000, 64L << 30]))],
            Containers =
            [
                .. Enumerable.Range(0, 10_000).Select(c =>
                {
                    var hot = c % 1000 < 50;
                    var window = Enumerable.Range(0, ProfileState.WindowSize).Select(i => (hot ? 650f : 300f) + (c * 7 + i * 13) % 100).ToArray();
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

    private static string Name(int number) => number.ToString("00000", System.Globalization.CultureInfo.InvariantCulture);
}
