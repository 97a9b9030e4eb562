using System.CommandLine;
using Gantry.Lab.Data;
using Gantry.Scheduling.Model;
using Gantry.Scheduling.Placing;
using Gantry.Scheduling.Repacking;

namespace Gantry.Lab.Commands;

/// <summary>What the commands that repack ask for: a cluster, and the options of the repacking.</summary>
internal sealed class RepackInput
{
    private readonly Argument<string> _source = new("source") { Description = $"A snapshot that a platform exported, or a data set: {string.Join(", ", WorkloadSnapshots.Names)}." };
    private readonly Option<string?> _data = new("--data") { Description = $"Folder of the published workloads (default: {DataFolder.Variable})." };
    private readonly Option<RepackObjective> _objective = new("--objective") { Description = "What the repacking is for." };
    private readonly Option<double> _moves = new("--max-moved") { Description = "Share of the containers that may move, 0 to 1.", DefaultValueFactory = _ => 1 };
    private readonly Option<double> _safety = new("--safety") { Description = "Share of a host that the peak of what was measured may reach.", DefaultValueFactory = _ => 0.9 };
    private readonly Option<double> _chance = new("--max-overload-chance") { Description = "Chance of overload that a host which takes containers may reach.", DefaultValueFactory = _ => 1 };
    private readonly Option<double> _price = new("--price") { Description = "Price of a host a month." };
    private readonly Option<long> _steps = new("--steps") { Description = "Steps of the search; the same number gives the same plan.", DefaultValueFactory = _ => 20_000_000 };
    private readonly Option<int> _searches = new("--searches") { Description = "Searches side by side, each with a seed of its own; the best plan is shown. One a core uses all of them.", DefaultValueFactory = _ => 1 };
    private readonly Option<bool> _stop = new("--stop-the-world") { Description = "Stop what moves before it starts again elsewhere." };

    public Option<bool> Json { get; } = new("--json") { Description = "Print the result as JSON." };

    public void AddTo(Command command)
    {
        command.Add(_source);
        foreach (var option in new Option[] { _data, _objective, _moves, _safety, _chance, _price, _steps, _searches, _stop, Json }) command.Add(option);
    }

    public ClusterSnapshot Snapshot(ParseResult parsed)
    {
        var source = parsed.GetValue(_source)!;
        return File.Exists(source) || source.EndsWith(".json", StringComparison.Ordinal) ? SnapshotFiles.Read(source)
            : Settle(WorkloadSnapshots.Read(source, new DataFolder(parsed.GetValue(_data))), Console.Error);
    }

    /// <summary>Places what a data set has not placed, by limits and without overcommit; what fits nowhere is left out and told.</summary>
    public static ClusterSnapshot Settle(ClusterSnapshot snapshot, TextWriter log)
    {
        var session = PlacementSession.Open(snapshot with { Policy = snapshot.Policy with { Overcommit = [], Predictor = "limits" } }).Value;
        var placed = new List<ContainerSnapshot>(snapshot.Containers.Count);
        foreach (var container in snapshot.Containers)
        {
            if (container.Host.Length > 0) placed.Add(container);
            else if (session.Place(WhatIfChange.Request(container)) is { IsPlaced: true } decision) placed.Add(container with { Host = session.Hosts[decision.Host].Id });
        }

        if (placed.Count < snapshot.Containers.Count) log.WriteLine($"{snapshot.Containers.Count - placed.Count} of {snapshot.Containers.Count} containers fit nowhere by their limits and are left out.");
        return snapshot with { Containers = placed };
    }

    public RepackOptions Options(ParseResult parsed) => new()
    {
        Objective = parsed.GetValue(_objective),
        MaxMovedShare = parsed.GetValue(_moves),
        Safety = parsed.GetValue(_safety),
        MaxOverloadChance = parsed.GetValue(_chance),
        Prices = parsed.GetValue(_price) is > 0 and var price ? new Dictionary<string, double> { [""] = price } : new Dictionary<string, double>(),
        Steps = parsed.GetValue(_steps),
        StopTheWorld = parsed.GetValue(_stop),
    };

    public int Searches(ParseResult parsed) => parsed.GetValue(_searches);

    /// <exception cref="LabException">The snapshot or the options break a rule.</exception>
    public static RepackPlan Plan(ClusterSnapshot snapshot, RepackOptions options, int searches = 1)
    {
        var planned = ClusterRepack.Plan(snapshot, options, searches, (count, search) => Parallel.For(0, count, search));
        return planned.IsSuccess ? planned.Value : throw new LabException(planned.Refusal!.ToString());
    }
}
