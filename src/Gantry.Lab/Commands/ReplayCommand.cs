using System.CommandLine;
using Gantry.Scheduling.Model;
using Gantry.Scheduling.Placing;

namespace Gantry.Lab.Commands;

/// <summary>Runs a recorded pass again and compares the plan byte for byte.</summary>
internal static class ReplayCommand
{
    public static Command Create()
    {
        var snapshot = new Argument<string>("snapshot") { Description = "The snapshot of the pass." };
        var plan = new Argument<string>("plan") { Description = "The plan it made." };
        var command = new Command("replay", "Run a recorded pass again; fails when the plan is another.") { snapshot, plan };
        command.SetAction(parsed => Run(parsed.GetValue(snapshot)!, parsed.GetValue(plan)!, Console.Out));
        return command;
    }

    public static int Run(string snapshot, string plan, TextWriter output)
    {
        var planned = Placer.Plan(SnapshotFiles.Read(snapshot));
        var again = planned.IsSuccess ? SnapshotSerializer.Write(planned.Value) : System.Text.Encoding.UTF8.GetBytes(planned.Refusal!.ToString());
        if (again.AsSpan().SequenceEqual(SnapshotFiles.Bytes(plan).AsSpan().TrimEnd((byte)'\n')))
        {
            output.WriteLine("The same plan, byte for byte.");
            return 0;
        }

        output.WriteLine("Another plan: it was recorded by another version, or one of the files was changed.");
        return 1;
    }
}
