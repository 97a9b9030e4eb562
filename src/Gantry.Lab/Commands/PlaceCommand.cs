using System.CommandLine;
using Gantry.Lab.Data;
using Gantry.Scheduling.Model;
using Gantry.Scheduling.Placing;

namespace Gantry.Lab.Commands;

/// <summary>Places what is pending in a recorded snapshot.</summary>
internal static class PlaceCommand
{
    public static Command Create()
    {
        var snapshot = new Argument<string>("snapshot") { Description = "A snapshot that a platform exported." };
        var json = new Option<bool>("--json") { Description = "Print the plan as it is recorded." };
        var command = new Command("place", "Place the pending containers of a snapshot, and say why.") { snapshot, json };
        command.SetAction(parsed => Run(parsed.GetValue(snapshot)!, parsed.GetValue(json), Console.Out));
        return command;
    }

    public static int Run(string path, bool json, TextWriter output)
    {
        var planned = Placer.Plan(SnapshotFiles.Read(path));
        if (!planned.IsSuccess) throw new LabException($"{path}: {planned.Refusal}");
        var plan = planned.Value;
        if (json)
        {
            output.WriteLine(System.Text.Encoding.UTF8.GetString(SnapshotSerializer.Write(plan)));
            return 0;
        }

        foreach (var eviction in plan.Evictions) output.WriteLine($"evict {eviction.ContainerId} from {eviction.Host}: {eviction.Explanation}");
        foreach (var placement in plan.Placements) output.WriteLine($"place {placement.Request}: {placement.Explanation}");
        foreach (var refusal in plan.Refusals) output.WriteLine($"refuse {refusal.Count} of {refusal.Request}: {refusal.Explanation}");
        foreach (var alarm in plan.Alarms) output.WriteLine($"alarm: {alarm}");
        return 0;
    }
}
