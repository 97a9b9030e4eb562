using System.CommandLine;
using System.Text.Json;
using Gantry.Scheduling.Model;
using Gantry.Scheduling.Repacking;

namespace Gantry.Lab.Commands;

/// <summary>Shows what a repacking of a cluster would do.</summary>
internal static class RepackCommand
{
    internal static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static Command Create()
    {
        var input = new RepackInput();
        var command = new Command("repack", "Repack a whole cluster: hosts freed, moves in waves, and what stays and why.");
        input.AddTo(command);
        command.SetAction(parsed => Run(input.Snapshot(parsed), input.Options(parsed), parsed.GetValue(input.Json), Console.Out, input.Searches(parsed)));
        return command;
    }

    public static int Run(ClusterSnapshot snapshot, RepackOptions options, bool json, TextWriter output, int searches = 1)
    {
        var plan = RepackInput.Plan(snapshot, options, searches);
        if (json) output.WriteLine(JsonSerializer.Serialize(plan, Indented));
        else Print(plan, output);
        return 0;
    }

    private static void Print(RepackPlan plan, TextWriter output)
    {
        var report = plan.Report;
        string Text(FormattableString text) => FormattableString.Invariant(text);
        output.WriteLine("|  | before | after |");
        output.WriteLine("|---|---|---|");
        output.WriteLine(Text($"| hosts in use | {report.HostsBefore} | {report.HostsAfter} |"));
        output.WriteLine(Text($"| imbalance coefficient | {report.ImbalanceBefore:0.000} | {report.ImbalanceAfter:0.000} |"));
        output.WriteLine(Text($"| convex cost | {report.CostBefore:0.0} | {report.CostAfter:0.0} |"));
        output.WriteLine(Text($"| chance of overload, likeliest host | {report.RiskBefore:0.00%} | {report.RiskAfter:0.00%} |"));
        output.WriteLine();
        output.WriteLine(Text($"{report.Freed.Count} hosts freed, {report.SavedPerMonth:0.##} saved a month; {report.Moves} moves ({report.MovedShare:0.0%} of the containers) in {plan.Plan.Waves.Count} waves, about {TimeSpan.FromSeconds(Math.Ceiling(report.EstimatedSeconds)):g}"));
        if (report.StopsTheWorld) output.WriteLine("What moves is stopped before it starts again.");
        for (var w = 0; w < plan.Plan.Waves.Count; w++)
        {
            output.WriteLine(Text($"wave {w + 1}, about {plan.Plan.Waves[w].EstimatedSeconds:0} s"));
            foreach (var move in plan.Plan.Waves[w].Moves) output.WriteLine($"  {move.ContainerId}: {move.From} to {move.To}: {move.Explanation}");
        }

        foreach (var refusal in report.WorstRefusals) output.WriteLine($"stays: {refusal.Subject}: {refusal.Explanation}");
        foreach (var alarm in plan.Plan.Alarms) output.WriteLine($"alarm: {alarm}");
    }
}
