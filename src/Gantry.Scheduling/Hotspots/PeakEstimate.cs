using Gantry.Scheduling.Model;
using Gantry.Scheduling.Profiles;

namespace Gantry.Scheduling.Hotspots;

/// <summary>How much a container will want (Sandpiper §4.2): black-box from its own use, gray-box from the requests it serves.</summary>
public static class PeakEstimate
{
    private const double Share = 0.95;

    /// <summary>A container that is pinned at its limit hides its need: it is taken to want so much more.</summary>
    private const double HiddenNeed = 0.1;

    /// <summary>Share of its limit from which on a container is taken to be held back by it.</summary>
    private const double Pinned = 0.98;

    /// <summary>Share of time waiting for memory from which on the limit is taken to be too small.</summary>
    private const double PressureBound = 0.1;

    /// <summary>The estimated peak, in the unit of the resource. The limit, where nothing was measured.</summary>
    public static double Of(ContainerSnapshot container, int resource)
    {
        var profile = container.Profile(resource);
        if (profile is null || profile.Window.Count == 0) return container.Limits[resource];
        var peak = profile.Percentile(Share);
        if (resource == 0 && container.Requests is { Capacity: > 0 } requests && requests.ResponseSeconds > requests.TargetSeconds)
            return Math.Max(peak, profile.Window[^1] * requests.PeakArrivalsPerSecond / requests.Capacity);
        var pinned = container.Limits[resource] > 0 && peak >= Pinned * container.Limits[resource];
        return pinned || profile.Pressure > PressureBound ? Math.Max(peak, container.Limits[resource]) * (1 + HiddenNeed) : peak;
    }

    /// <summary>Whether the container may want more than was measured; cheap, and true too often rather than too rarely.</summary>
    internal static bool MayHide(ContainerSnapshot container, ProfileSnapshot profile, double highest, int resource) =>
        highest >= Pinned * container.Limits[resource] || profile.Pressure > PressureBound || (resource == 0 && container.Requests is not null);

    /// <summary>How many times as much as was measured it is taken to want; at least 1.</summary>
    internal static double HiddenFactor(ContainerSnapshot container, ProfileSnapshot profile, int resource)
    {
        var measured = profile.Percentile(Share);
        return measured > 0 ? Math.Max(1, Of(container, resource) / measured) : 1;
    }
}
