using System.Globalization;

namespace Gantry.Scheduling.Placing;

/// <summary>Counts for each host the first filter that refuses it.</summary>
internal static class PlacementExplanation
{
    public static string Of(ClusterState state, RequestClass request)
    {
        if (state.Hosts.Length == 0) return "0 of 0 hosts: the cluster has none. Add a host.";
        var counts = new SortedDictionary<(int Filter, int Reason), int>();
        var fitting = 0;
        for (var host = 0; host < state.Hosts.Length; host++)
        {
            if (FirstRefusal(state, request, host) is { } refusal) counts[refusal] = counts.GetValueOrDefault(refusal) + 1;
            else fitting++;
        }

        var reasons = counts.Select(c => string.Create(CultureInfo.InvariantCulture, $"{c.Value} {HostFilters.All[c.Key.Filter].Describe(state, request, c.Key.Reason)}"));
        return string.Create(CultureInfo.InvariantCulture, $"{fitting} of {state.Hosts.Length} hosts: {string.Join(", ", reasons)}");
    }

    private static (int Filter, int Reason)? FirstRefusal(ClusterState state, RequestClass request, int host)
    {
        for (var f = 0; f < HostFilters.All.Count; f++)
            if (HostFilters.All[f].Check(state, request, host) is >= 0 and var reason) return (f, reason);
        return null;
    }
}
