namespace Gantry.Scheduling.Model;

/// <summary>Everything one pass of the scheduler may know. The same snapshot gives the same plan, byte for byte, whatever the
/// order of its lists: every pass works on <see cref="Canonical()"/>.</summary>
public sealed record ClusterSnapshot
{
    /// <summary>The version this code writes; others are refused.</summary>
    public const int CurrentVersion = 2;

    public int Version { get; init; } = CurrentVersion;

    public DateTimeOffset Now { get; init; }

    /// <summary>Decides ties and samples.</summary>
    public ulong Seed { get; init; }

    /// <summary>Names of the resources, in the order of every vector of the snapshot.</summary>
    public IReadOnlyList<string> Resources { get; init; } = [ResourceNames.Cpu, ResourceNames.Memory];

    public IReadOnlyList<HostSnapshot> Hosts { get; init; } = [];

    public IReadOnlyList<ContainerSnapshot> Containers { get; init; } = [];

    public IReadOnlyList<PlacementRequest> Pending { get; init; } = [];

    public IReadOnlyList<InterferenceRule> Interference { get; init; } = [];

    public ClusterPolicy Policy { get; init; } = new();

    /// <summary>Ids for the containers a plan creates, used in order. With too few, a placement goes without one and its maker names it.</summary>
    public IReadOnlyList<string> NewIds { get; init; } = [];

    /// <summary>The same cluster with every list in the order of its ids.</summary>
    public ClusterSnapshot Canonical() => this with
    {
        Hosts = Ordered([.. Hosts.Select(Canonical)], h => h.Id),
        Containers = Ordered(Containers.Any(c => c.Constraints != PlacementConstraints.None) ? [.. Containers.Select(Canonical)] : Containers, c => c.Id),
        Pending = [.. Pending.Select(p => p with { Constraints = Canonical(p.Constraints) }).OrderByDescending(p => p.Priority).ThenBy(p => p.Id, StringComparer.Ordinal)],
        Interference = InOrder(Interference),
        Policy = InOrder(Policy),
    };

    /// <summary>The same order of hosts and containers, without copying each to put in order what it lists: for passes that write none of that down.</summary>
    internal ClusterSnapshot InOrder() => this with
    {
        Hosts = Ordered(Hosts, h => h.Id),
        Containers = Ordered(Containers, c => c.Id),
        Interference = InOrder(Interference),
        Policy = InOrder(Policy),
    };

    private static IReadOnlyList<InterferenceRule> InOrder(IReadOnlyList<InterferenceRule> rules) =>
        [.. rules.OrderBy(i => i.App, StringComparer.Ordinal).ThenBy(i => i.Other, StringComparer.Ordinal).ThenBy(i => i.Most)];

    private static ClusterPolicy InOrder(ClusterPolicy policy) => policy with
    {
        Overcommit = [.. policy.Overcommit.OrderBy(o => o.Class, StringComparer.Ordinal).ThenBy(o => o.Resource, StringComparer.Ordinal)],
        Rankers = [.. policy.Rankers.OrderBy(r => r.Ranker, StringComparer.Ordinal)],
    };

    /// <summary>Nearly all lists are in order, and stay what they are.</summary>
    private static IReadOnlyList<T> Ordered<T>(IReadOnlyList<T> items, Func<T, string> id)
    {
        for (var i = 1; i < items.Count; i++)
            if (string.CompareOrdinal(id(items[i - 1]), id(items[i])) > 0)
            {
                T[] array = [.. items];
                Array.Sort(array, (a, b) => string.CompareOrdinal(id(a), id(b)));
                return array;
            }

        return items;
    }

    private static HostSnapshot Canonical(HostSnapshot host) => host with
    {
        Images = Sorted(host.Images),
        Volumes = Sorted(host.Volumes),
        Labels = Sorted(host.Labels),
    };

    private static ContainerSnapshot Canonical(ContainerSnapshot container) => container with { Constraints = Canonical(container.Constraints) };

    private static PlacementConstraints Canonical(PlacementConstraints constraints) =>
        constraints.Labels.Count + constraints.Zones.Count + constraints.Classes.Count == 0 ? constraints
        : constraints with { Labels = Sorted(constraints.Labels), Zones = Sorted(constraints.Zones), Classes = Sorted(constraints.Classes) };

    private static IReadOnlyList<string> Sorted(IReadOnlyList<string> values) =>
        values.Count < 2 ? values : [.. values.Order(StringComparer.Ordinal)];

    private static IReadOnlyDictionary<string, string> Sorted(IReadOnlyDictionary<string, string> values) =>
        values.Count < 2 ? values : new SortedDictionary<string, string>(values.ToDictionary(), StringComparer.Ordinal);
}
