using System.Diagnostics;
using Gantry.Lab.Data;
using Gantry.Scheduling.Model;
using Gantry.Scheduling.Repacking;

namespace Gantry.Lab.Bench;

/// <summary>Imbalance coefficient of the virtualized server load before and after a balancing with few moves, on days of PlanetLab.</summary>
internal static class BalanceBench
{
    public const double MaxMovedShare = 0.03;

    public static void Print(DataFolder folder, TextWriter output)
    {
        output.WriteLine("| day | containers | hosts | imbalance before | after | moved | waves | s |");
        output.WriteLine("|---|---|---|---|---|---|---|---|");
        var all = new List<float[]>();
        foreach (var day in PlanetLabReader.Days)
        {
            var traces = PlanetLabReader.Read(folder, day);
            all.AddRange(traces);
            Row(output, day, WorkloadSnapshots.PlanetLab(traces));
        }

        Row(output, "all five at once", WorkloadSnapshots.PlanetLab(all));
    }

    private static void Row(TextWriter output, string name, ClusterSnapshot snapshot)
    {
        var (plan, seconds) = Run(snapshot);
        var report = plan.Report;
        output.WriteLine(FormattableString.Invariant(
            $"| {name} | {snapshot.Containers.Count} | {snapshot.Hosts.Count} | {report.ImbalanceBefore:0.000} | {report.ImbalanceAfter:0.000} | {report.MovedShare:0.00%} | {plan.Plan.Waves.Count} | {seconds:0.00} |"));
    }

    public static (RepackPlan Plan, double Seconds) Run(ClusterSnapshot snapshot)
    {
        var watch = Stopwatch.StartNew();
        var plan = ClusterRepack.Plan(snapshot, new RepackOptions { Objective = RepackObjective.Balance, MaxMovedShare = MaxMovedShare, BalanceGoal = 0.1, Safety = 1, Steps = long.MaxValue }).Value;
        return (plan, watch.Elapsed.TotalSeconds);
    }
}
