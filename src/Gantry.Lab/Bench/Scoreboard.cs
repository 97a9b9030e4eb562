using Gantry.Lab.Commands;
using Gantry.Lab.Data;
using Gantry.Lab.Roadef;
using Gantry.Lab.Tianchi;

namespace Gantry.Lab.Bench;

/// <summary>All goals, one row each: what was measured, the goal, the peer's figure, reached or missed. What can't be measured says why.</summary>
internal sealed class Scoreboard(DataFolder folder, ScoreSettings settings, Progress progress, TextWriter output)
{
    private const string Planned = "plan for 10,000 containers on 1,000 hosts";

    private string _row = "";

    public void Print()
    {
        output.WriteLine("| # | what | measured | goal | peer | |");
        output.WriteLine("|---|---|---|---|---|---|");
        Row("S1", "placements/s, 5,000 hosts, unique", "≥ 20,000/s", "Kubernetes 835/s, SwarmKit 1,550/s, Nomad 3,750/s, Diego 165/s", () => Placed(5000, 1, 20_000));
        Row("S1", "placements/s, 5,000 hosts, groups of 100", "≥ 100,000/s", "SwarmKit 17,600/s", () => Placed(5000, 100, 100_000));
        Row("S1", "p99 of a unique placement, 5,000 hosts", "< 1 ms", "Docker Swarm classic 400 ms", () => Run(5000, 1).P99Micros is var p99 ? (Text($"{p99:0.0} µs"), p99 < 1000) : default);
        Row("S2", "placements/s, 1,000 hosts, unique", "≥ 50,000/s", "Kubernetes 1,218/s, SwarmKit 7,100/s, Diego 930/s", () => Placed(1000, 1, 50_000));
        Row("S3", "cell compaction on openb, above the bound", "≤ 2 %", "best fit 4.9 %", Compaction);
        Row("S3", "cell compaction on Tianchi semifinal a", "≤ 2,600 hosts", "first fit decreasing 3,110", Semifinal);
        Row("S4", Text($"cost of Tianchi preliminary B in {settings.Seconds:0} s"), "≤ 6,150 in 60 s", "best known 6,090.3", Tianchi);
        Row("S5", Text($"ROADEF instances at or below the published cost, {settings.Seconds:0} s"), "≥ 80 %", "best of three open solvers at 60 s, else winner at 300 s", Roadef);
        Row("S6", "predictors against the peak oracle", "≥ 15 % saved, < 0.1 % violated", "10 to 16 % more usable CPU", () => ScoreboardRelief.Predictors(folder));
        Row("S7", "overloaded host-intervals on PlanetLab with relief", "≥ 90 % fewer", "61 % fewer", () => ScoreboardRelief.Relief(folder, settings, Report));
        Row("S7", Planned, "< 50 ms", "< 5 s for 750 containers", ScoreboardRelief.PlanTime);
        Row("S8", "imbalance coefficient on PlanetLab, moves, time", "≤ 0.1, ≤ 3 %, < 5 s", "beats DRS by up to 5 %", Balance);
        Row("", Text($"{settings.ScaleContainers:N0} containers on {settings.ScaleHosts:N0} hosts"), "measured", "Nomad C2M: 2 M on 6,100", Scale);
    }

    private void Row(string number, string what, string goal, string peer, Func<(string Measured, bool? Reached)> measure)
    {
        if (settings.Only.Count > 0 && !settings.Only.Contains(number.Length == 0 ? "scale" : number, StringComparer.OrdinalIgnoreCase)) return;
        _row = $"{number} {what}".Trim();
        Report(0);
        string measured, verdict;
        try
        {
            var (figure, reached) = measure();
            (measured, verdict) = (figure, reached switch { true => "reached", false => "**missed**", null => "" });
        }
        catch (LabException e)
        {
            (measured, verdict) = (e.Message, "not measured");
        }

        Report(1);
        output.WriteLine($"| {number} | {what} | {measured} | {goal} | {peer} | {verdict} |");
    }

    private void Report(double share) => progress.Report(_row, share);

    private PlacementBench.Result Run(int hosts, int group)
    {
        PlacementBench.WarmUp();
        return PlacementBench.Run(hosts, settings.Containers, group);
    }

    private (string, bool?) Placed(int hosts, int group, double goal) => Run(hosts, group).PerSecond is var perSecond ? (Text($"{perSecond:N0}/s"), perSecond >= goal) : default;

    private (string, bool?) Compaction()
    {
        var bench = new CompactionBench(WorkloadSnapshots.Read("openb", folder), settings.CompactionSteps);
        var done = 0;
        var results = Enumerable.Range(0, settings.CompactionSeeds).AsParallel().WithDegreeOfParallelism(settings.Workers).Select(i =>
        {
            var result = bench.Run(settings.Seed + (ulong)i, peers: false);
            Report(Interlocked.Increment(ref done) / (settings.CompactionSeeds + 1.0));
            return (result.Gantry, Above: result.Gantry / (double)result.Bound - 1);
        }).ToList();
        var (hosts, above) = (At90(results.Select(r => (double)r.Gantry)), At90(results.Select(r => r.Above)));
        return (Text($"{above:0.0%}, {hosts:0} hosts (90th percentile of {results.Count} seeds)"), above <= 0.02);
    }

    private (string, bool?) Semifinal()
    {
        var snapshot = WorkloadSnapshots.Tianchi(TianchiInstance.Read(folder.File("tianchi2018/semifinal_a.zip")));
        var result = new CompactionBench(snapshot, 5 * settings.CompactionSteps).Run(settings.Seed, peers: false);
        return (Text($"{result.Gantry} hosts (one seed), bound {result.Bound}"), result.Gantry <= 2600);
    }

    private (string, bool?) Tianchi()
    {
        var result = RepackBench.Tianchi(TianchiInstance.Read(folder.File("tianchi2018/preliminary_b.zip")), settings.Seconds, settings.Workers, settings.Seed, (share, _) => Report(Math.Min(0.99, share)));
        return (Text($"{result.Cost:N1} on {result.Used} machines, {result.Violations} rules broken"), result.Cost <= 6150 && result.Violations == 0);
    }

    private (string, bool?) Roadef()
    {
        int below = 0, valid = 0;
        var missed = new List<string>();
        foreach (var (i, name) in settings.Instances.Index())
        {
            var problem = RoadefReader.Read(folder.File($"roadef2012/model_{name}.txt"), folder.File($"roadef2012/assignment_{name}.txt"));
            var result = ReassignmentBench.Run(problem, settings.Seconds, settings.Workers, settings.Seed);
            if (result.Violations == 0) valid++;
            if (result.Violations == 0 && result.Cost <= RoadefPublished.Of(name)?.Cost) below++;
            else missed.Add(name);
            Report((i + 0.99) / settings.Instances.Count);
        }

        return (Text($"{below} of {settings.Instances.Count}, {valid} valid{(missed.Count == 0 ? "" : "; above: " + string.Join(' ', missed))}"), below >= 0.8 * settings.Instances.Count);
    }

    private (string, bool?) Balance()
    {
        double imbalance = 0, moved = 0, seconds = 0;
        foreach (var day in settings.Days)
        {
            var (plan, time) = BalanceBench.Run(WorkloadSnapshots.PlanetLab(PlanetLabReader.Read(folder, day)));
            (imbalance, moved, seconds) = (Math.Max(imbalance, plan.Report.ImbalanceAfter), Math.Max(moved, plan.Report.MovedShare), Math.Max(seconds, time));
        }

        return (Text($"{imbalance:0.000}, {moved:0.00%}, {seconds:0.00} s (worst of {settings.Days.Count} days)"), imbalance <= 0.1 + 1e-6 && moved <= 0.03 && seconds < 5);
    }

    private (string, bool?) Scale()
    {
        var r = ScaleBench.Run(settings.ScaleHosts, settings.ScaleContainers, settings.Seconds, share => Report(Math.Min(0.99, share)));
        return (Text($"{r.PeakBytes >> 20:N0} MiB, one placement {r.PlaceMedianMicros:0.0} µs, repacked from {r.Curve[0].Hosts:N0} to {r.Report.HostsAfter:N0} hosts in {r.Curve[^1].Seconds:0} s"), null);
    }

    private static double At90(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[(int)Math.Ceiling(0.9 * sorted.Count) - 1];
    }

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
