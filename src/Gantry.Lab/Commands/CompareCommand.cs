using System.CommandLine;
using System.Text.Json;
using Gantry.Lab.Data;
using Gantry.Lab.Plots;
using Gantry.Lab.Simulation;

namespace Gantry.Lab.Commands;

/// <summary>Runs Gantry's policies and models of its peers' on one trace with the same arrivals, departures and host failures.</summary>
internal static class CompareCommand
{
    /// <param name="Seeds">Seeds of the hosts needed.</param>
    internal sealed record Settings(ulong Seed, int Seeds, double FailureDays, IReadOnlyList<string> Policies, int Workers);

    public static Command Create()
    {
        var name = new Argument<string>("trace") { Description = $"One of {string.Join(", ", TraceReader.Names)}." };
        var data = new Option<string?>("--data") { Description = $"Folder of the published workloads (default: {DataFolder.Variable})." };
        var seed = new Option<ulong>("--seed") { Description = "Seed of the failures, of the order in which hosts are taken away and of what the data do not record.", DefaultValueFactory = _ => 1 };
        var seeds = new Option<int>("--seeds") { Description = "Seeds for the hosts needed, of which the 90th percentile is told; 0 leaves it out.", DefaultValueFactory = _ => 1 };
        var speed = new Option<double>("--speed") { Description = "openb: how many times as fast as recorded its containers come.", DefaultValueFactory = _ => 100 };
        var failures = new Option<double>("--failure-days") { Description = "Mean days between the failures of one host; 0 for none.", DefaultValueFactory = _ => 30 };
        var policies = new Option<string[]>("--policies") { Description = "Only the policies whose names begin so.", AllowMultipleArgumentsPerToken = true };
        var workers = new Option<int>("--workers") { Description = "Searches for the hosts needed at once.", DefaultValueFactory = _ => Environment.ProcessorCount };
        var json = new Option<bool>("--json") { Description = "Print the result as JSON." };
        var plot = new Option<string?>("--plot") { Description = "Write plots to this HTML file." };
        var command = new Command("compare", "Gantry's policies beside its peers' on one trace.") { name, data, seed, seeds, speed, failures, policies, workers, json, plot };
        command.SetAction(parsed =>
        {
            var trace = TraceReader.Read(parsed.GetValue(name)!, new DataFolder(parsed.GetValue(data)), parsed.GetValue(speed), parsed.GetValue(seed));
            var settings = new Settings(parsed.GetValue(seed), parsed.GetValue(seeds), parsed.GetValue(failures) is > 0 and var days ? days : double.PositiveInfinity,
                parsed.GetValue(policies) ?? [], parsed.GetValue(workers));
            var results = Run(trace, settings, Progress.OnError());
            if (parsed.GetValue(plot) is { } file) File.WriteAllText(file, ComparisonPlot.Html(trace, results));
            if (parsed.GetValue(json)) Console.WriteLine(JsonSerializer.Serialize(results.Select(r => r with { Series = r.Series with { Use = [] } }), RepackCommand.Indented));
            else Print(trace, results, Console.Out);
            return 0;
        });
        return command;
    }

    public static IReadOnlyList<SimulationResult> Run(SimulationTrace trace, Settings settings, Progress progress)
    {
        var all = SimulationPolicy.All(trace.Hosts.Count);
        var chosen = settings.Policies.Count == 0 ? all : [.. all.Where(p => settings.Policies.Any(c => p.Name.StartsWith(c, StringComparison.OrdinalIgnoreCase)))];
        if (chosen.Count == 0) throw new LabException($"No policy is named so. Use the beginning of some of: {string.Join("; ", all.Select(p => p.Name))}.");
        // One after the other, so that each decision is timed alone, and placing is done once before, to have the code compiled.
        foreach (var policy in chosen) Simulator.Run(trace, trace.Hosts, policy with { Relieves = false, Repacks = false }, [], settings.Seed);
        var results = chosen.Select(policy => Simulator.Run(trace, trace.Hosts, policy, HostFailures.Draw(trace, settings.FailureDays, settings.Seed), settings.Seed, records: true,
            progress: share => progress.Report(policy.Name, share))).ToList();
        if (settings.Seeds < 1) return results;
        var jobs = Enumerable.Range(0, chosen.Count * settings.Seeds).ToList();
        var done = 0;
        var needed = jobs.AsParallel().AsOrdered().WithDegreeOfParallelism(Math.Max(1, settings.Workers)).Select(job =>
        {
            var (policy, seed) = (chosen[job / settings.Seeds], settings.Seed + (ulong)(job % settings.Seeds));
            var found = HostsNeeded.Find(trace, policy, HostFailures.Draw(trace, settings.FailureDays, seed), seed);
            progress.Report("hosts needed", Interlocked.Increment(ref done) / (double)jobs.Count);
            return found;
        }).ToList();
        return [.. results.Select((result, p) =>
        {
            var of = needed.Skip(p * settings.Seeds).Take(settings.Seeds).OrderBy(n => n.Hosts).ElementAt((int)Math.Ceiling(0.9 * settings.Seeds) - 1);
            return result with { HostsNeeded = of.Hosts, OverloadedThere = of.On?.Overloaded ?? 0 };
        })];
    }

    public static void Print(SimulationTrace trace, IReadOnlyList<SimulationResult> results, TextWriter output)
    {
        output.WriteLine(FormattableString.Invariant($"{trace.Name}: {trace.Containers.Count} containers, {trace.Hosts.Count} hosts, {trace.Seconds / 3600:0.0} hours"));
        output.WriteLine("| policy | hosts needed | overloaded there | hosts in use, most | mean | of all cores | overloaded host-intervals | above 75 % | refused | restarted | moves | µs a decision |");
        output.WriteLine("|---|---|---|---|---|---|---|---|---|---|---|---|");
        foreach (var r in results)
        {
            var needed = r.HostsNeeded == 0 ? "" : r.HostsNeeded > r.Hosts ? FormattableString.Invariant($"more than {r.Hosts}") : FormattableString.Invariant($"{r.HostsNeeded}");
            output.WriteLine(FormattableString.Invariant(
                $"| {r.Policy} | {needed} | {(r.HostsNeeded == 0 ? "" : r.OverloadedThere)} | {r.PeakHosts} | {r.MeanHosts:0.0} | {r.MeanShare:0.0%} | {r.Overloaded} | {r.Hot} | {r.Refused} | {r.Restarts} | {r.Moves} | {r.DecisionMicros:0.0} |"));
        }
    }
}
