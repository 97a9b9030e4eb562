using System.CommandLine;
using Gantry.Lab.Bench;
using Gantry.Lab.Data;
using Gantry.Lab.Roadef;
using Gantry.Lab.Tianchi;

namespace Gantry.Lab.Commands;

/// <summary>Prints the scoreboard.</summary>
internal static class BenchCommand
{
    private static readonly string[] _all = ["place", "tianchi", "roadef", "hotspots", "predictors", "compaction", "balance", "scale"];

    public static Command Create()
    {
        var parts = new Argument<string[]>("parts") { Description = $"Some of {string.Join(", ", _all)}; the scoreboard when none is named.", Arity = ArgumentArity.ZeroOrMore };
        var data = new Option<string?>("--data") { Description = $"Folder of the published workloads (default: {DataFolder.Variable})." };
        var seconds = new Option<double>("--seconds") { Description = "Time for each search.", DefaultValueFactory = _ => 60 };
        var workers = new Option<int>("--workers") { Description = "Threads of a search.", DefaultValueFactory = _ => Environment.ProcessorCount };
        var seed = new Option<ulong>("--seed") { Description = "Seed of the searches.", DefaultValueFactory = _ => 1 };
        var instances = new Option<string[]>("--instances") { Description = "ROADEF instances; all that are there when none is named.", AllowMultipleArgumentsPerToken = true };
        var sets = new Option<string[]>("--sets") { Description = "Workloads of the cell compaction.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => ["openb", "tianchi"] };
        var seeds = new Option<int>("--seeds") { Description = "Seeds of the cell compaction.", DefaultValueFactory = _ => 11 };
        var steps = new Option<long>("--steps") { Description = "Steps of each packing of the cell compaction.", DefaultValueFactory = _ => 50_000_000 };
        var alone = new Option<bool>("--no-peers") { Description = "Leave the peers' policies out." };
        var only = new Option<string[]>("--only") { Description = $"Goals of the scoreboard to measure: some of {string.Join(", ", ScoreSettings.Goals)}; all when none is named.", AllowMultipleArgumentsPerToken = true };
        var quick = new Option<bool>("--quick") { Description = "A scoreboard in minutes: shorter searches, one seed, one day." };
        var command = new Command("bench", "Measure the scheduler on the published workloads; prints Markdown.") { parts, data, seconds, workers, seed, instances, sets, seeds, steps, alone, only, quick };
        command.SetAction(parsed =>
        {
            var chosen = parsed.GetValue(parts) ?? [];
            if (chosen.Except(_all).FirstOrDefault() is { } unknown) throw new LabException($"There is no benchmark {unknown}. Use some of {string.Join(", ", _all)}.");
            var folder = new DataFolder(parsed.GetValue(data));
            var (time, threads, start) = (parsed.GetValue(seconds), parsed.GetValue(workers), parsed.GetValue(seed));
            var progress = Progress.OnError();
            if (chosen.Length == 0)
            {
                var settings = new ScoreSettings { Seconds = time, Workers = threads, Seed = start, Only = Goals(parsed.GetValue(only) ?? []) };
                new Scoreboard(folder, parsed.GetValue(quick) ? settings.Quick() : settings, progress, Console.Out).Print();
            }

            if (chosen.Contains("place")) PlacementBench.Print(Console.Out);
            if (chosen.Contains("tianchi")) Tianchi(folder, time, threads, start);
            if (chosen.Contains("roadef")) Roadef(folder, time, threads, start, parsed.GetValue(instances) ?? []);
            if (chosen.Contains("hotspots")) HotspotBench.Print(folder, Console.Out);
            if (chosen.Contains("predictors")) PredictorBench.Print(folder, Console.Out);
            if (chosen.Contains("balance")) BalanceBench.Print(folder, Console.Out);
            if (chosen.Contains("scale")) ScaleBench.Print(Console.Out, time, progress: share => progress.Report("scale", share));
            if (chosen.Contains("compaction"))
                foreach (var set in parsed.GetValue(sets) ?? [])
                    CompactionBench.Print(set, WorkloadSnapshots.Read(set, folder), parsed.GetValue(seeds), parsed.GetValue(steps), !parsed.GetValue(alone), Console.Out);
            return 0;
        });
        return command;
    }

    private static string[] Goals(string[] named)
    {
        string[] goals = [.. named.SelectMany(n => n.Split(',', StringSplitOptions.RemoveEmptyEntries))];
        if (goals.Except(ScoreSettings.Goals, StringComparer.OrdinalIgnoreCase).FirstOrDefault() is { } unknown) throw new LabException($"There is no goal {unknown}. Use some of {string.Join(", ", ScoreSettings.Goals)}.");
        return goals;
    }

    private static void Tianchi(DataFolder folder, double seconds, int workers, ulong seed)
    {
        var result = RepackBench.Tianchi(TianchiInstance.Read(folder.File("tianchi2018/preliminary_b.zip")), seconds, workers, seed);
        Console.WriteLine(FormattableString.Invariant(
            $"| Tianchi preliminary B | {seconds:0} s | cost {result.Cost:0.0} | {result.Used} machines | {result.Violations} violations | fluid bound {result.Bound:0.0} | after construction {result.Constructed:0} | {result.Steps} steps |"));
    }

    private static void Roadef(DataFolder folder, double seconds, int workers, ulong seed, string[] instances)
    {
        if (instances.Length == 0) instances = [.. RoadefPublished.Instances];
        Console.WriteLine(FormattableString.Invariant($"| instance | initial | Gantry, {seconds:0} s, {workers} threads | broken rules | published | to the published |"));
        Console.WriteLine("|---|---|---|---|---|---|");
        foreach (var name in instances)
        {
            var problem = RoadefReader.Read(folder.File($"roadef2012/model_{name}.txt"), folder.File($"roadef2012/assignment_{name}.txt"));
            var result = ReassignmentBench.Run(problem, seconds, workers, seed);
            var published = RoadefPublished.Of(name) is { } p ? FormattableString.Invariant($"{p.Cost:N0} in {p.Seconds} s | {Math.Round(result.Cost / (double)p.Cost - 1, 4):+0.00%;-0.00%;0.00%}") : "none | ";
            Console.WriteLine(FormattableString.Invariant($"| {name} | {result.Initial:N0} | {result.Cost:N0} | {result.Violations} | {published} |"));
        }
    }
}
