using Gantry.Scheduling.Model;

namespace Gantry.Scheduling.Tests;

/// <summary>The rules of placement, written a second time as plainly as possible: nothing of the product's filters is used.</summary>
internal static class PlacementChecker
{
    /// <summary>Every rule the plan breaks when it is carried out: evictions first, then placements in their order.</summary>
    public static List<string> Violations(ClusterSnapshot snapshot, Plan plan)
    {
        var broken = new List<string>();
        foreach (var eviction in plan.Evictions)
            if (snapshot.Containers.Single(c => c.Id == eviction.ContainerId).Priority >= snapshot.Pending.Single(p => p.Id == eviction.ForRequest).Priority)
                broken.Add($"{eviction.ContainerId} is not of lower priority than {eviction.ForRequest}");
        var gone = plan.Evictions.Select(e => e.ContainerId).ToHashSet();
        var running = snapshot.Containers.Where(c => !gone.Contains(c.Id)).Select(c => (c.App, c.Host, Limits: c.Limits.ToArray(), c.Id)).ToList();
        foreach (var placement in plan.Placements)
        {
            var request = snapshot.Pending.Single(p => p.Id == placement.Request);
            var host = snapshot.Hosts.Single(h => h.Id == placement.Host);
            broken.AddRange(WhyNot(snapshot, host, request, running).Select(w => $"{request.Id} on {host.Id}: {w}"));
            running.Add((request.App, host.Id, request.Limits.ToArray(), ""));
        }

        foreach (var request in snapshot.Pending)
        {
            var placed = plan.Placements.Count(p => p.Request == request.Id);
            var refused = plan.Refusals.Where(r => r.Request == request.Id).Sum(r => r.Count);
            if (placed + refused != request.Count) broken.Add($"{request.Id}: {placed} placed and {refused} refused of {request.Count}");
        }

        return broken;
    }

    /// <summary>Why the host can't take one more of the request; empty when it can.</summary>
    public static IEnumerable<string> WhyNot(ClusterSnapshot snapshot, HostSnapshot host, PlacementRequest request, List<(string App, string Host, long[] Limits, string Id)> running)
    {
        var there = running.Where(c => c.Host == host.Id).ToList();
        int Count(string app) => there.Count(c => c.App == app);
        if (host.State != HostState.Ready) yield return "not ready";
        if (host.DedicatedTo != "" && host.DedicatedTo != request.Owner) yield return "dedicated";
        if (request.Constraints.DedicatedOnly && host.DedicatedTo == "") yield return "not dedicated";
        if (request.Constraints.Classes.Count > 0 && !request.Constraints.Classes.Contains(host.Class)) yield return "class";
        if (request.Constraints.Zones.Count > 0 && !request.Constraints.Zones.Contains(host.Zone)) yield return "zone";
        if (request.Constraints.Labels.Any(l => !host.Labels.TryGetValue(l.Key, out var v) || v != l.Value)) yield return "label";
        if (request.Volume != "" && !host.Volumes.Contains(request.Volume)) yield return "volume";
        if (request.Constraints.MaxPerHost > 0 && Count(request.App) + 1 > request.Constraints.MaxPerHost) yield return "own";
        foreach (var rule in snapshot.Interference)
        {
            if (rule.App == rule.Other && rule.App == request.App && Count(rule.App) + 1 > rule.Most + 1) yield return "interference";
            if (rule.App == rule.Other) continue;
            if (rule.App == request.App && Count(rule.Other) > rule.Most) yield return "interference";
            if (rule.Other == request.App && Count(rule.App) > 0 && Count(request.App) + 1 > rule.Most) yield return "interference";
        }

        for (var r = 0; r < snapshot.Resources.Count; r++)
        {
            var factor = snapshot.Policy.Overcommit.FirstOrDefault(o => o.Resource == snapshot.Resources[r])?.Factor ?? 1;
            if (request.Limits[r] > 0 && there.Sum(c => c.Limits[r]) + request.Limits[r] > (long)(host.Capacity[r] * factor)) yield return snapshot.Resources[r];
        }
    }
}
