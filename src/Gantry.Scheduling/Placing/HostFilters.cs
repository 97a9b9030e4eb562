using Gantry.Scheduling.Model;

namespace Gantry.Scheduling.Placing;

/// <summary>Says whether a host may take one more container of a request, and if not, why.</summary>
internal interface IHostFilter
{
    /// <summary>Nothing that happens in a pass changes the answer.</summary>
    bool IsStatic { get; }

    /// <summary>-1 when the host may, else a number that tells apart the reasons of this filter.</summary>
    int Check(ClusterState state, RequestClass request, int host);

    /// <summary>The reason as the end of "12 …": "lack 512 MB of promisable memory".</summary>
    string Describe(ClusterState state, RequestClass request, int reason);
}

/// <summary>The filters, in the order in which a host is asked: the first that refuses is its explanation.</summary>
internal static class HostFilters
{
    /// <summary>Whether the host has room; the only one that an eviction changes.</summary>
    public static IHostFilter Capacity { get; } = new CapacityFilter();

    public static IReadOnlyList<IHostFilter> All { get; } =
        [new StateFilter(), new DedicationFilter(), new ClassFilter(), new ZoneFilter(), new LabelFilter(), new VolumeFilter(), new OwnFilter(), new InterferenceFilter(), Capacity];

    public static IHostFilter[] Static { get; } = [.. All.Where(f => f.IsStatic)];

    /// <summary>Cheapest first: only explanations need the order of <see cref="All"/>.</summary>
    public static IHostFilter[] Dynamic { get; } = [Capacity, new OwnFilter(), new InterferenceFilter()];

    private sealed class StateFilter : IHostFilter
    {
        public bool IsStatic => true;

        public int Check(ClusterState state, RequestClass request, int host) =>
            state.Hosts[host].State == HostState.Ready ? -1 : (int)state.Hosts[host].State;

        public string Describe(ClusterState state, RequestClass request, int reason) => reason == (int)HostState.Draining ? "cordoned" : "down";
    }

    private sealed class DedicationFilter : IHostFilter
    {
        public bool IsStatic => true;

        public int Check(ClusterState state, RequestClass request, int host)
        {
            var owner = state.Hosts[host].DedicatedTo;
            if (owner.Length > 0 && owner != request.Request.Owner) return 0;
            return owner.Length == 0 && request.Request.Constraints.DedicatedOnly ? 1 : -1;
        }

        public string Describe(ClusterState state, RequestClass request, int reason) =>
            reason == 0 ? "dedicated to other owners" : $"not dedicated to {request.Request.Owner}";
    }

    private sealed class ClassFilter : IHostFilter
    {
        public bool IsStatic => true;

        public int Check(ClusterState state, RequestClass request, int host) =>
            request.Request.Constraints.Classes is { Count: > 0 } classes && !classes.Contains(state.Hosts[host].Class) ? 0 : -1;

        public string Describe(ClusterState state, RequestClass request, int reason) => $"not of class {string.Join(" or ", request.Request.Constraints.Classes)}";
    }

    private sealed class ZoneFilter : IHostFilter
    {
        public bool IsStatic => true;

        public int Check(ClusterState state, RequestClass request, int host) =>
            request.Request.Constraints.Zones is { Count: > 0 } zones && !zones.Contains(state.Hosts[host].Zone) ? 0 : -1;

        public string Describe(ClusterState state, RequestClass request, int reason) => $"not in zone {string.Join(" or ", request.Request.Constraints.Zones)}";
    }

    private sealed class LabelFilter : IHostFilter
    {
        public bool IsStatic => true;

        public int Check(ClusterState state, RequestClass request, int host)
        {
            var index = 0;
            foreach (var (name, value) in request.Request.Constraints.Labels)
            {
                if (!state.Hosts[host].Labels.TryGetValue(name, out var has) || has != value) return index;
                index++;
            }

            return -1;
        }

        public string Describe(ClusterState state, RequestClass request, int reason)
        {
            var (name, value) = request.Request.Constraints.Labels.ElementAt(reason);
            return $"lack label {name}={value}";
        }
    }

    private sealed class VolumeFilter : IHostFilter
    {
        public bool IsStatic => true;

        public int Check(ClusterState state, RequestClass request, int host) =>
            request.Request.Volume.Length == 0 || state.Hosts[host].Volumes.Contains(request.Request.Volume) ? -1 : 0;

        public string Describe(ClusterState state, RequestClass request, int reason) => $"do not hold volume {request.Request.Volume}";
    }

    private sealed class OwnFilter : IHostFilter
    {
        public bool IsStatic => false;

        public int Check(ClusterState state, RequestClass request, int host) =>
            request.Request.Constraints.MaxPerHost is > 0 and var most && state.Own[host] >= most ? 0 : -1;

        public string Describe(ClusterState state, RequestClass request, int reason) => $"already run {request.Request.App}";
    }

    private sealed class InterferenceFilter : IHostFilter
    {
        public bool IsStatic => false;

        public int Check(ClusterState state, RequestClass request, int host) => state.Interference.Blocks(state, request.App, host);

        public string Describe(ClusterState state, RequestClass request, int reason) =>
            $"hold as much of {state.AppName(reason)} as may share a host with {request.Request.App}";
    }

    private sealed class CapacityFilter : IHostFilter
    {
        public bool IsStatic => false;

        public int Check(ClusterState state, RequestClass request, int host)
        {
            var limits = request.Limits;
            for (var r = 0; r < limits.Length; r++)
                if (limits[r] > 0 && state.Free[r][host] < limits[r]) return r;
            return -1;
        }

        public string Describe(ClusterState state, RequestClass request, int reason) =>
            $"lack {ResourceNames.FormatPromisable(state.Snapshot.Resources[reason], request.Limits[reason])}";
    }
}
