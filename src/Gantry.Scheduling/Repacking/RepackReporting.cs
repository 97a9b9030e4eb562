using System.Globalization;
using Gantry.Scheduling.Model;
using Gantry.Scheduling.Placing;

namespace Gantry.Scheduling.Repacking;

/// <summary>Says what a repacking changes and why it does not change more.</summary>
internal sealed class RepackReporting(RepackModel model, IReadOnlyList<MoveWave> waves, int[] reached, IReadOnlyList<RepackRefusal> dropped)
{
    private const int Worst = 10;

    private readonly RepackState _before = new(model, model.Origin);
    private readonly RepackState _after = new(model, reached);

    public RepackPlan Plan(bool finished)
    {
        var freed = Hosts(h => _before.Count(h) > 0 && _after.Count(h) == 0);
        var report = new RepackReport
        {
            HostsBefore = Hosts(h => _before.Count(h) > 0).Count,
            HostsAfter = Hosts(h => _after.Count(h) > 0).Count,
            Freed = [.. freed.Select(h => model.Hosts[h].Id)],
            SavedPerMonth = Prices(freed) - Prices(Hosts(h => _before.Count(h) == 0 && _after.Count(h) > 0)),
            Moves = waves.Sum(w => w.Moves.Count),
            MovedShare = reached.Length == 0 ? 0 : reached.Where((host, c) => host != model.Origin[c]).Count() / (double)reached.Length,
            EstimatedSeconds = waves.Sum(w => w.EstimatedSeconds),
            StopsTheWorld = model.Options.StopTheWorld,
            ImbalanceBefore = RepackCost.Imbalance(_before),
            ImbalanceAfter = RepackCost.Imbalance(_after),
            CostBefore = RepackCost.Convex(_before),
            CostAfter = RepackCost.Convex(_after),
            RiskBefore = Risk(_before),
            RiskAfter = Risk(_after),
            Finished = finished,
            Dropped = dropped,
            WorstRefusals = [.. dropped.Concat(Kept()).Take(Worst)],
        };
        return new RepackPlan(new Plan { Waves = waves, Alarms = [.. SnapshotRules.Orphans(model.Snapshot), .. Lost(), .. Unfinished(finished)] }, report);
    }

    private List<int> Hosts(Func<int, bool> which) => [.. Enumerable.Range(0, model.Hosts.Length).Where(which)];

    private double Prices(List<int> hosts) => hosts.Sum(h => model.Options.PriceOf(model.Hosts[h].Class));

    private double Risk(RepackState state) => Enumerable.Range(0, model.Hosts.Length).Where(h => state.Count(h) > 0).Select(state.Risk).DefaultIfEmpty().Max();

    private IEnumerable<string> Lost() => Hosts(h => model.Hosts[h].State == HostState.Down && _before.Count(h) > 0).Select(h =>
        string.Create(CultureInfo.InvariantCulture, $"{model.Hosts[h].Id} is down with {_before.Count(h)} containers, which can't be moved: place them again."));

    private static IEnumerable<string> Unfinished(bool finished) =>
        finished ? [] : ["The search was stopped before it was done: the plan is whole, and more steps may find a better one."];

    /// <summary>Hosts that drain and are not empty, then the emptiest hosts that stay in use, each with what holds it.</summary>
    private IEnumerable<RepackRefusal> Kept() =>
        from host in Hosts(h => _after.Count(h) > 0 && model.Hosts[h].State != HostState.Down)
        let drains = model.Hosts[host].State == HostState.Draining
        where drains || model.Options.Objective != RepackObjective.Balance
        orderby drains descending, Enumerable.Range(0, model.Resources).Sum(r => model.Weight[r] * _after.Fill(r, host)), host
        select new RepackRefusal(model.Hosts[host].Id, Explain(host));

    private string Explain(int host)
    {
        var there = _after.Containers(host).ToArray().Order().ToList();
        var what = string.Create(CultureInfo.InvariantCulture, $"{model.Hosts[host].Id} keeps {there.Count} container{(there.Count == 1 ? "" : "s")}");
        if (Hosts(h => h != host && _after.Count(h) > 0).Count == 0) return $"{what}: no other host is in use.";
        foreach (var pinned in there.Where(c => !model.Movable[c]))
        {
            var container = model.Snapshot.Containers[pinned];
            return container.Movable ? $"{what}: {container.Id} holds volume {container.Volume}, which is attached to one host at a time. Repack with the world stopped to move it." : $"{what}: {container.Id} must not be moved now.";
        }

        foreach (var container in there.OrderByDescending(c => model.KindAt(c).Size).ThenBy(c => c))
            if (WhyNowhere(container, host) is { } why) return $"{what}: for {model.Snapshot.Containers[container].Id}, {why}.";
        return $"{what}: each of them fits elsewhere, but not all of them, or not within the moves that are allowed.";
    }

    /// <summary>Counts for each reason why no other used host takes the container; null when one does.</summary>
    private string? WhyNowhere(int container, int own)
    {
        var kind = model.KindAt(container);
        var others = Hosts(h => h != own && _after.Count(h) > 0);
        var reasons = new List<string>();
        foreach (var host in others)
        {
            if (_after.WhyNot(kind, host) is not { } why) return null;
            reasons.Add(why);
        }

        var counts = reasons.CountBy(r => r).OrderByDescending(r => r.Value).ThenBy(r => r.Key, StringComparer.Ordinal);
        return string.Create(CultureInfo.InvariantCulture, $"0 of {others.Count} other hosts in use: {string.Join(", ", counts.Select(c => PlacementExplanation.Count(c.Value, c.Key)))}");
    }
}
