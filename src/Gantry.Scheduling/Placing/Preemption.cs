using System.Globalization;
using Gantry.Scheduling.Model;

namespace Gantry.Scheduling.Placing;

/// <summary>Finds the host where a request can displace the least: containers of lower priority only, as low and as few as possible.</summary>
internal sealed class Preemption(ClusterState state)
{
    /// <summary>Host and the containers that have to go, or null when even that does not help.</summary>
    public (int Host, IReadOnlyList<ContainerSnapshot> Victims)? Find(RequestClass request)
    {
        (int Host, List<int> Victims)? best = null;
        var bestCost = (int.MaxValue, int.MaxValue);
        for (var host = 0; host < state.Hosts.Length; host++)
        {
            if (!request.Open[host] || !OthersAccept(request, host) || Victims(request, host) is not { } victims) continue;
            var cost = (victims.Max(v => state.Snapshot.Containers[v].Priority), victims.Count);
            if (cost.CompareTo(bestCost) < 0) (best, bestCost) = ((host, victims), cost);
        }

        if (best is not { } found) return null;
        return (found.Host, [.. found.Victims.Select(v => state.Snapshot.Containers[v])]);
    }

    /// <summary>Frees the victims' place.</summary>
    public void Evict(int host, IReadOnlyList<ContainerSnapshot> victims) =>
        state.Evict(host, [.. state.ContainersOf[host]!.Where(c => victims.Any(v => ReferenceEquals(state.Snapshot.Containers[c], v)))]);

    public static string Explain(PlacementRequest request, ContainerSnapshot victim) => string.Create(CultureInfo.InvariantCulture,
        $"{victim.App}'s container has priority {victim.Priority} and gives its place to {request.App} with priority {request.Priority}: no host has room for it");

    private bool OthersAccept(RequestClass request, int host) =>
        Array.TrueForAll(HostFilters.Dynamic, f => f.Check(state, request, host) < 0 || f == HostFilters.Capacity);

    private List<int>? Victims(RequestClass request, int host)
    {
        if (state.ContainersOf[host] is not { } there) return null;
        var lower = there.Where(c => state.Snapshot.Containers[c].Priority < request.Request.Priority)
            .OrderBy(c => state.Snapshot.Containers[c].Priority).ThenBy(c => c).ToList();
        if (lower.Count == 0 || !Fits(request, host, lower)) return null;
        var chosen = new List<int>();
        foreach (var candidate in lower)
        {
            if (Fits(request, host, chosen)) break;
            chosen.Add(candidate);
        }

        if (!Fits(request, host, chosen)) return null;
        // What was taken early may be too small to matter once a larger one is gone.
        for (var i = chosen.Count - 1; i >= 0; i--)
        {
            var one = chosen[i];
            chosen.RemoveAt(i);
            if (!Fits(request, host, chosen)) chosen.Insert(i, one);
        }

        return chosen.Count == 0 ? null : chosen;
    }

    private bool Fits(RequestClass request, int host, List<int> gone)
    {
        for (var r = 0; r < request.Limits.Length; r++)
            if (request.Limits[r] > 0 && state.FreeWithout(host, r, gone) < request.Limits[r]) return false;
        return true;
    }
}
