using Gantry.Scheduling.Model;
using Gantry.Scheduling.Profiles;

namespace Gantry.Lab.Bench;

/// <summary>Fewest hosts, taken in a given order, on which containers could fit if they were fluids: for every resource, and every moment where
/// there are curves, demand is at most what the hosts have. Holds also for what fits only on large hosts: demand of containers larger than a host of
/// some size in a resource counts against larger hosts alone. The linear relaxation, in closed form.</summary>
internal sealed class CompactionBound
{
    private readonly List<(double Demand, double[] Supply)> _needs = [];

    /// <param name="hosts">The hosts.</param>
    /// <param name="containers">What has to fit.</param>
    /// <param name="pending">How many may stay out: the largest do, for each resource anew.</param>
    /// <param name="resources">Number of resources.</param>
    public CompactionBound(IReadOnlyList<HostSnapshot> hosts, IReadOnlyList<ContainerSnapshot> containers, int pending, int resources)
    {
        for (var r = 0; r < resources; r++)
        {
            var resource = r;
            Add(hosts, containers, resource, pending, _ => true, _ => true);
            for (var of = 0; of < resources; of++)
                foreach (var size in hosts.Select(h => h.Capacity[of]).Distinct())
                    Add(hosts, containers, resource, pending, c => c.Limits[of] > size, h => h.Capacity[of] > size);
        }
    }

    /// <summary>How many of the first hosts of this order are needed at least; one more than there are when even all are too few.</summary>
    public int Hosts(IReadOnlyList<int> order) => _needs.Select(n => Least(n.Demand, n.Supply, order)).DefaultIfEmpty().Max();

    private static int Least(double demand, double[] supply, IReadOnlyList<int> order)
    {
        if (demand <= 0) return 0;
        double sum = 0;
        for (var n = 0; n < order.Count; n++)
            if ((sum += supply[order[n]]) >= demand) return n + 1;
        return order.Count + 1;
    }

    private void Add(IReadOnlyList<HostSnapshot> hosts, IReadOnlyList<ContainerSnapshot> containers, int resource, int pending, Func<ContainerSnapshot, bool> which, Func<HostSnapshot, bool> where)
    {
        var items = containers.Where(which).ToList();
        if (items.Count <= pending) return;
        var supply = hosts.Select(h => where(h) ? h.Capacity[resource] : 0.0).ToArray();
        _needs.Add((Demand(items, resource, pending), supply));
    }

    /// <summary>The busiest moment, less the peaks of the largest that may stay out.</summary>
    private static double Demand(List<ContainerSnapshot> items, int resource, int pending)
    {
        var sum = new double[Math.Max(1, items.Max(c => Profile(c, resource)?.Daily.Count ?? 0))];
        foreach (var item in items)
        {
            var daily = Profile(item, resource)?.Daily;
            for (var t = 0; t < sum.Length; t++) sum[t] += daily is { Count: > 0 } ? daily[t] : item.Limits[resource];
        }

        return sum.Max() - items.Select(c => (double)c.Limits[resource]).OrderDescending().Take(pending).Sum();
    }

    private static ProfileSnapshot? Profile(ContainerSnapshot container, int resource) => container.Profiles.Count > resource ? container.Profiles[resource] : null;
}
