using CsCheck;
using Gantry.Scheduling.Model;

namespace Gantry.Scheduling.Tests;

/// <summary>Small clusters, made by hand and at random.</summary>
internal static class Clusters
{
    public const long MB = 1L << 20;

    public static HostSnapshot Host(string id, long cpu = 4000, long memory = 4096) => new(id, [cpu, memory * MB]);

    public static ContainerSnapshot Container(string id, string app, string host, long cpu = 500, long memory = 512) => new(id, app, host, [cpu, memory * MB]);

    public static PlacementRequest Request(string id, string app, int count = 1, long cpu = 500, long memory = 512) => new(id, app, count, [cpu, memory * MB]);

    public static ClusterSnapshot Of(params HostSnapshot[] hosts) => new() { Hosts = hosts, Seed = 7 };

    /// <summary>Hosts of several classes, zones and states, containers that fit, rules, and requests that may not.</summary>
    public static Gen<ClusterSnapshot> Any =>
        from hosts in GenHost.Array[1, 8]
        from containers in GenContainer.Array[0, 20]
        from pending in GenRequest.Array[0, 6]
        from rules in GenRule.Array[0, 3]
        from seed in Gen.ULong
        from sample in Gen.Int[0, 4]
        from overcommit in Gen.Double[0.5, 2]
        select Settle(new ClusterSnapshot
        {
            Seed = seed,
            Hosts = [.. hosts.Select((h, i) => h with { Id = $"h{i}" })],
            Containers = [.. containers.Select((c, i) => c with { Id = $"c{i}" })],
            Pending = [.. pending.Select((p, i) => p with { Id = $"r{i}" })],
            Interference = rules,
            Policy = new ClusterPolicy { SampleSize = sample, Overcommit = [new Overcommit("", ResourceNames.Cpu, overcommit)] },
        });

    /// <summary>The same lists in another order.</summary>
    public static ClusterSnapshot Shuffled(ClusterSnapshot snapshot, int seed)
    {
        var random = new Random(seed);
        return snapshot with
        {
            Hosts = [.. snapshot.Hosts.OrderBy(_ => random.Next())],
            Containers = [.. snapshot.Containers.OrderBy(_ => random.Next())],
            Pending = [.. snapshot.Pending.OrderBy(_ => random.Next())],
            Interference = [.. snapshot.Interference.OrderBy(_ => random.Next())],
        };
    }

    public static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static Gen<string> App => Gen.Int[0, 4].Select(i => $"app-{(char)('a' + i)}");

    private static Gen<HostSnapshot> GenHost =>
        from cpu in Gen.Int[1, 8]
        from memory in Gen.Int[1, 8]
        from zone in OneOf("a", "b")
        from kind in OneOf("", "big")
        from state in Gen.Frequency((6, Gen.Const(HostState.Ready)), (1, Gen.Const(HostState.Draining)), (1, Gen.Const(HostState.Down)))
        from owner in Gen.Frequency((7, Gen.Const("")), (1, Gen.Const("o1")))
        select Host("", cpu * 1000, memory * 1024) with
        {
            Zone = zone,
            Class = kind,
            State = state,
            DedicatedTo = owner,
            Labels = new Dictionary<string, string> { ["disk"] = zone == "a" ? "ssd" : "hdd" },
            Volumes = zone == "a" && kind == "big" ? ["v1"] : [],
        };

    private static Gen<ContainerSnapshot> GenContainer =>
        from app in App
        from host in Gen.Int[0, 8]
        from cpu in Gen.Int[1, 8]
        from memory in Gen.Int[1, 8]
        from priority in Gen.Int[0, 2]
        select Container("", app, $"h{host}", cpu * 250, memory * 256) with { Priority = priority };

    private static Gen<PlacementRequest> GenRequest =>
        from app in App
        from count in Gen.Int[1, 6]
        from cpu in Gen.Int[0, 8]
        from memory in Gen.Int[1, 8]
        from priority in Gen.Int[0, 3]
        from owner in OneOf("", "o1")
        from most in Gen.Int[0, 2]
        from zone in OneOf<string[]>([], ["a"], ["a", "b"])
        from label in Gen.Bool
        from volume in Gen.Frequency((5, Gen.Const("")), (1, Gen.Const("v1")))
        select Request("", app, count, cpu * 250, memory * 256) with
        {
            Priority = priority,
            Owner = owner,
            Volume = volume,
            Constraints = new PlacementConstraints
            {
                MaxPerHost = most,
                Zones = zone,
                Labels = label ? new Dictionary<string, string> { ["disk"] = "ssd" } : new Dictionary<string, string>(),
            },
        };

    private static Gen<InterferenceRule> GenRule =>
        from a in App
        from b in App
        from most in Gen.Int[0, 2]
        select new InterferenceRule(a, b, most);

    /// <summary>Leaves out containers for which their host has no room: what runs has fitted.</summary>
    private static ClusterSnapshot Settle(ClusterSnapshot snapshot)
    {
        var free = snapshot.Hosts.ToDictionary(h => h.Id, h => h.Capacity.ToArray());
        return snapshot with
        {
            Containers =
            [
                .. snapshot.Containers.Where(c =>
                {
                    if (!free.TryGetValue(c.Host, out var left)) return true;
                    if (left[0] < c.Limits[0] || left[1] < c.Limits[1]) return false;
                    (left[0], left[1]) = (left[0] - c.Limits[0], left[1] - c.Limits[1]);
                    return true;
                }),
            ],
        };
    }
}
