using Gantry.Scheduling.Model;

namespace Gantry.Control.Hosts;

/// <summary>The options as the scheduler takes them.</summary>
internal static class SchedulingPolicies
{
    public static ClusterPolicy ToPolicy(this SchedulingOptions options) => new()
    {
        Overcommit =
        [
            .. from @class in options.Overcommit
               from resource in @class.Value
               select new Overcommit(@class.Key == SchedulingOptions.EveryClass ? "" : @class.Key, resource.Key.ToLowerInvariant(), resource.Value),
        ],
        Predictor = options.Predictor,
        // Nothing is stopped for another one: a container that gave its place would have nowhere to go on one host.
        Preemption = false,
        Hotspots = new HotspotPolicy { Threshold = options.HotThreshold },
    };

    /// <summary>The factor of a host's class, else that of all classes, else 1.</summary>
    public static double FactorOf(this ClusterPolicy policy, string @class, string resource) =>
        policy.Overcommit.Where(o => o.Resource == resource && (o.Class == @class || o.Class.Length == 0))
            .OrderByDescending(o => o.Class == @class).Select(o => o.Factor).FirstOrDefault(1);
}
