using System.Globalization;

namespace Gantry.Scheduling.Placing;

/// <summary>Counts for each host the first filter that refuses it.</summary>
internal static class PlacementExplanation
{
    private static readonly (string Several, string One)[] _verbs =
        [("lack ", "lacks "), ("hold ", "holds "), ("already run ", "already runs "), ("do not ", "does not ")];

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

        var reasons = counts.Select(c => Count(c.Value, HostFilters.All[c.Key.Filter].Describe(state, request, c.Key.Reason)));
        return string.Create(CultureInfo.InvariantCulture, $"{fitting} of {state.Hosts.Length} hosts: {string.Join(", ", reasons)}");
    }

    /// <summary>So many hosts and their reason, which is worded for several: "2 lack label disk=ssd", "1 lacks label disk=ssd".</summary>
    public static string Count(int hosts, string reason)
    {
        if (hosts == 1)
            foreach (var (several, one) in _verbs)
                if (reason.StartsWith(several, StringComparison.Ordinal)) reason = one + reason[several.Length..];
        return string.Create(CultureInfo.InvariantCulture, $"{hosts} {reason}");
    }

    private static (int Filter, int Reason)? FirstRefusal(ClusterState state, RequestClass request, int host)
    {
        for (var f = 0; f < HostFilters.All.Count; f++)
            if (HostFilters.All[f].Check(state, request, host) is >= 0 and var reason) return (f, reason);
        return null;
    }
}
