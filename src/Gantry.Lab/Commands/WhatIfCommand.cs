using System.CommandLine;
using System.Text.Json;
using Gantry.Lab.Data;
using Gantry.Scheduling.Model;
using Gantry.Scheduling.Placing;
using Gantry.Scheduling.Repacking;

namespace Gantry.Lab.Commands;

/// <summary>Compares a cluster with what it would be after a change: what finds no place, and how many hosts it needs.</summary>
internal static class WhatIfCommand
{
    /// <param name="Pending">Containers that need a place: asked for, or on hosts that are taken away.</param>
    /// <param name="Refused">Of these, how many find none.</param>
    /// <param name="Reasons">Why, a sentence for each request.</param>
    /// <param name="Hosts">Hosts there are.</param>
    /// <param name="HostsInUse">Hosts with a container once all that can be is placed.</param>
    /// <param name="HostsRepacked">The same after a repacking.</param>
    internal sealed record Side(int Pending, int Refused, IReadOnlyList<string> Reasons, int Hosts, int HostsInUse, int HostsRepacked, double Imbalance, double Risk);

    internal sealed record Comparison(Side Now, Side Then);

    public static Command Create()
    {
        var input = new RepackInput();
        var remove = new Option<string[]>("--remove-hosts") { Description = "Hosts to take away.", AllowMultipleArgumentsPerToken = true };
        var add = new Option<int>("--add-hosts") { Description = "Hosts more, like the largest." };
        var overcommit = new Option<string[]>("--overcommit") { Description = "Promisable over capacity, as cpu=1.5.", AllowMultipleArgumentsPerToken = true };
        var predictor = new Option<string?>("--predictor") { Description = "How the use of a host is predicted." };
        var ranker = new Option<string?>("--ranker") { Description = "The policy of placement." };
        var load = new Option<double>("--load") { Description = "Factor on the load of every container.", DefaultValueFactory = _ => 1 };
        var command = new Command("whatif", "What a cluster would be with other hosts, another policy or more load.") { remove, add, overcommit, predictor, ranker, load };
        input.AddTo(command);
        command.SetAction(parsed => Run(input.Snapshot(parsed), new WhatIfChange
        {
            RemoveHosts = parsed.GetValue(remove) ?? [],
            AddHosts = parsed.GetValue(add),
            Overcommit = parsed.GetValue(overcommit) ?? [],
            Predictor = parsed.GetValue(predictor) ?? "",
            Ranker = parsed.GetValue(ranker) ?? "",
            Load = parsed.GetValue(load),
        }, input.Options(parsed), parsed.GetValue(input.Json), Console.Out));
        return command;
    }

    public static int Run(ClusterSnapshot snapshot, WhatIfChange change, RepackOptions options, bool json, TextWriter output)
    {
        var comparison = new Comparison(Look(snapshot, options), Look(change.Apply(snapshot), options));
        if (json) output.WriteLine(JsonSerializer.Serialize(comparison, RepackCommand.Indented));
        else Print(comparison, output);
        return comparison.Then.Refused > comparison.Now.Refused ? 2 : 0;
    }

    private static Side Look(ClusterSnapshot snapshot, RepackOptions options)
    {
        var placed = Placer.Plan(snapshot);
        if (!placed.IsSuccess) throw new LabException(placed.Refusal!.ToString());
        var plan = placed.Value;
        var gone = plan.Evictions.Select(e => e.ContainerId).ToHashSet(StringComparer.Ordinal);
        var requests = snapshot.Pending.ToDictionary(p => p.Id, StringComparer.Ordinal);
        var after = snapshot with
        {
            Pending = [],
            Containers =
            [
                .. snapshot.Containers.Where(c => !gone.Contains(c.Id)),
                .. plan.Placements.Select((p, i) => new ContainerSnapshot($"{p.Request}#{i}", requests[p.Request].App, p.Host, requests[p.Request].Limits)
                {
                    Owner = requests[p.Request].Owner,
                    Volume = requests[p.Request].Volume,
                    Constraints = requests[p.Request].Constraints,
                }),
            ],
        };
        var report = RepackInput.Plan(after, options).Report;
        return new Side(snapshot.Pending.Sum(p => p.Count), plan.Refusals.Sum(r => r.Count), [.. plan.Refusals.Take(10).Select(r => $"{r.Request}: {r.Explanation}")],
            snapshot.Hosts.Count, report.HostsBefore, report.HostsAfter, report.ImbalanceBefore, report.RiskBefore);
    }

    private static void Print(Comparison comparison, TextWriter output)
    {
        var (now, then) = (comparison.Now, comparison.Then);
        void Row(FormattableString text) => output.WriteLine(FormattableString.Invariant(text));
        output.WriteLine("|  | now | then |");
        output.WriteLine("|---|---|---|");
        Row($"| hosts | {now.Hosts} | {then.Hosts} |");
        Row($"| containers that need a place | {now.Pending} | {then.Pending} |");
        Row($"| of these refused | {now.Refused} | {then.Refused} |");
        Row($"| hosts in use | {now.HostsInUse} | {then.HostsInUse} |");
        Row($"| hosts in use, repacked | {now.HostsRepacked} | {then.HostsRepacked} |");
        Row($"| imbalance coefficient | {now.Imbalance:0.000} | {then.Imbalance:0.000} |");
        Row($"| chance of overload, likeliest host | {now.Risk:0.00%} | {then.Risk:0.00%} |");
        foreach (var reason in then.Reasons) output.WriteLine($"refused: {reason}");
    }
}
