using Gantry.Scheduling.Model;

namespace Gantry.Scheduling.Tests.Support;

/// <summary>The same cluster said in another order, down to the last list whose order means nothing.</summary>
internal static class Shuffles
{
    public static ClusterSnapshot Of(ClusterSnapshot s, Draw d) => s with
    {
        Hosts = d.Shuffled(s.Hosts.Select(h => h with { Images = d.Shuffled(h.Images), Volumes = d.Shuffled(h.Volumes), Labels = d.Shuffled(h.Labels).ToDictionary() })),
        Containers = d.Shuffled(s.Containers.Select(c => c with { Constraints = Of(c.Constraints, d) })),
        Pending = d.Shuffled(s.Pending.Select(p => p with { Constraints = Of(p.Constraints, d) })),
        Interference = d.Shuffled(s.Interference),
        Policy = s.Policy with { Overcommit = d.Shuffled(s.Policy.Overcommit), Rankers = d.Shuffled(s.Policy.Rankers) },
    };

    private static PlacementConstraints Of(PlacementConstraints c, Draw d) =>
        c with { Labels = d.Shuffled(c.Labels).ToDictionary(), Zones = d.Shuffled(c.Zones), Classes = d.Shuffled(c.Classes) };
}
