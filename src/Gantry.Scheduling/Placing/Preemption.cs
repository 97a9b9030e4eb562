using System.Globalization;
using Gantry.Scheduling.Model;

namespace Gantry.Scheduling.Placing;

/// <summary>Finds the host where a request can displace the least: containers of lower priority only, as low and as few as possible.</summary>
internal sealed class Preemption(ClusterState state)
{
    private readonly HashSet<int> _gone = [];

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
    public void Evict(int host, IReadOnlyList<ContainerSnapshot> victims)
    {
        foreach (var victim in victims)
        {
            state.Remove(state.App(victim.App), [.. victim.Limits], host);
            _gone.Add(state.ContainersOf[host]!.First(c => ReferenceEquals(state.Snapshot.Containers[c], victim)));
        }
    }

    public static string Explain(PlacementRequest request, ContainerSnapshot victim) => string.Create(CultureInfo.InvariantCulture,
        $"{victim.App}'s container has priority {victim.Priority} and gives its place to {request.App} with priority {request.Priority}: no host has room for it");

    private bool OthersAccept(RequestClass request, int host) =>
        Array.TrueForAll(HostFilters.Dynamic, f => f.Check(state, request, host) < 0 || f == HostFilters.Capacity);

    private List<int>? Victims(RequestClass request, int host)
    {
        if (state.ContainersOf[host] is not { } there) return null;
        var lower = there.Where(c => state.Snapshot.Containers[c].Priority < request.Request.Priority && !_gone.Contains(c))
            .OrderBy(c => state.Snapshot.Containers[c].Priority).ThenBy(c => c).ToList();
        var free = state.Free.Select(f => f[host]).ToArray();
        var chosen = new List<int>();
        foreach (var candidate in lower)
        {
            if (Fits(request, free)) break;
            chosen.Add(candidate);
            Shift(free, candidate, 1);
        }

        if (!Fits(request, free)) return null;
        // What was taken early may be too small to matter once a larger one is gone.
        for (var i = chosen.Count - 1; i >= 0; i--)
        {
            Shift(free, chosen[i], -1);
            if (Fits(request, free)) chosen.RemoveAt(i);
            else Shift(free, chosen[i], 1);
        }

        return chosen.Count == 0 ? null : chosen;
    }

    private void Shift(long[] free, int container, int sign)
    {
        for (var r = 0; r < free.Length; r++) free[r] += sign * state.Snapshot.Containers[container].Limits[r];
    }

    private static bool Fits(RequestClass request, long[] free)
    {
        for (var r = 0; r < free.Length; r++)
            if (request.Limits[r] > 0 && free[r] < request.Limits[r]) return false;
        return true;
    }
}
