using CsCheck;
using Gantry.Scheduling.Model;
using Gantry.Scheduling.Profiles;
using Gantry.Scheduling.Repacking;
using static Gantry.Scheduling.Tests.Clusters;

namespace Gantry.Scheduling.Tests.Repacking;

/// <summary>Small running clusters with everything that may keep a container where it is.</summary>
internal static class RepackClusters
{
    private const int DayParts = 6;

    public static Gen<ClusterSnapshot> Any =>
        from hosts in GenHost.Array[2, 8]
        from containers in GenContainer.Array[1, 24]
        from rules in GenRule.Array[0, 3]
        from seed in Gen.ULong
        from overcommit in OneOf(1.0, 1.0, 1.5)
        from predictor in OneOf("limits", "limits", "limits", "borg-default", "percentile-sum", "n-sigma", "seasonal")
        select Settle(new ClusterSnapshot
        {
            Seed = seed,
            Hosts = [.. hosts.Select((h, i) => h with { Id = $"h{i}" })],
            Containers = [.. containers.Select((c, i) => c with { Id = $"c{i:00}" })],
            Interference = rules,
            Policy = new ClusterPolicy { Predictor = predictor, Overcommit = [new Overcommit("", ResourceNames.Cpu, overcommit), new Overcommit("big", ResourceNames.Cpu, 1)] },
        });

    public static Gen<RepackOptions> Options =>
        from objective in Gen.Enum<RepackObjective>()
        from share in OneOf(1.0, 1.0, 0.3)
        from safety in OneOf(0.7, 0.9, 1)
        from chance in OneOf(1.0, 1.0, 0.01)
        from atOnce in Gen.Int[1, 6]
        from perHost in Gen.Int[1, 3]
        from perApp in Gen.Int[1, 3]
        from stop in Gen.Frequency((4, Gen.Const(false)), (1, Gen.Const(true)))
        select new RepackOptions
        {
            Objective = objective,
            MaxMovedShare = share,
            Safety = safety,
            MaxOverloadChance = chance,
            MovesAtOnce = atOnce,
            MovesAtOncePerHost = perHost,
            MovesAtOncePerApp = perApp,
            StopTheWorld = stop,
            Steps = 1_000_000,
        };

    /// <summary>The cluster when these waves are done.</summary>
    public static ClusterSnapshot After(ClusterSnapshot snapshot, IEnumerable<MoveWave> waves)
    {
        var host = snapshot.Containers.ToDictionary(c => c.Id, c => c.Host);
        foreach (var move in waves.SelectMany(w => w.Moves)) host[move.ContainerId] = move.To;
        return snapshot with { Containers = [.. snapshot.Containers.Select(c => c with { Host = host[c.Id] })] };
    }

    private static Gen<string> App => Gen.Int[0, 5].Select(i => $"app-{(char)('a' + i)}");

    private static Gen<HostSnapshot> GenHost =>
        from cpu in Gen.Int[2, 8]
        from memory in Gen.Int[2, 8]
        from zone in OneOf("a", "b")
        from kind in OneOf("", "big")
        from state in Gen.Frequency((8, Gen.Const(HostState.Ready)), (1, Gen.Const(HostState.Draining)), (1, Gen.Const(HostState.Down)))
        from owner in Gen.Frequency((8, Gen.Const("")), (1, Gen.Const("o1")))
        from volumes in OneOf<string[]>([], ["v1"], ["v1", "v2"])
        select Host("", cpu * 1000, memory * 1024) with
        {
            Zone = zone,
            Class = kind,
            State = state,
            DedicatedTo = owner,
            Labels = new Dictionary<string, string> { ["disk"] = zone == "a" ? "ssd" : "hdd" },
            Volumes = volumes,
        };

    private static Gen<ContainerSnapshot> GenContainer =>
        from app in App
        from host in Gen.Int[0, 8]
        from cpu in Gen.Int[0, 8]
        from memory in Gen.Int[1, 8]
        from owner in OneOf("", "o1")
        from volume in Gen.Frequency((8, Gen.Const("")), (1, Gen.Const("v1")), (1, Gen.Const("v2")))
        from movable in Gen.Frequency((9, Gen.Const(true)), (1, Gen.Const(false)))
        from constraints in GenConstraints
        from profiles in GenProfiles(cpu * 250, memory * 256 * MB)
        from boot in Gen.Double[0, 20]
        select Container("", app, $"h{host}", cpu * 250, memory * 256) with
        {
            Owner = owner,
            Volume = volume,
            Movable = movable,
            BootSeconds = boot,
            Constraints = constraints,
            Profiles = profiles,
        };

    private static Gen<PlacementConstraints> GenConstraints =>
        from most in Gen.Frequency((3, Gen.Const(0)), (1, Gen.Int[1, 2]))
        from zones in OneOf<string[]>([], [], ["a"], ["a", "b"])
        from classes in OneOf<string[]>([], [], [], ["big"])
        from label in Gen.Frequency((4, Gen.Const(false)), (1, Gen.Const(true)))
        select new PlacementConstraints
        {
            MaxPerHost = most,
            Zones = zones,
            Classes = classes,
            Labels = label ? new Dictionary<string, string> { ["disk"] = "ssd" } : new Dictionary<string, string>(),
        };

    private static Gen<ProfileSnapshot?[]> GenProfiles(long cpu, long memory)
    {
        Gen<ProfileSnapshot?> One(long limit) =>
            from base_ in Gen.Float[0, 0.6f]
            from wave in Gen.Float[0, 0.6f]
            from phase in Gen.Int[0, DayParts - 1]
            from samples in OneOf(0, 10, 40)
            from day in Gen.Bool
            select new ProfileSnapshot([.. Enumerable.Range(0, samples).Select(i => limit * (base_ + wave * ((i + phase) % DayParts) / DayParts))])
            {
                Daily = day ? [.. Enumerable.Range(0, DayParts).Select(i => limit * (base_ + wave * ((i + phase) % DayParts) / DayParts))] : [],
            };
        return Gen.Frequency(
            (2, Gen.Const<ProfileSnapshot?[]>([])),
            (2, from c in One(cpu) from m in One(memory) select new[] { c, m }),
            (1, from c in One(cpu) select new[] { c, null }));
    }

    private static Gen<InterferenceRule> GenRule =>
        from a in App
        from b in App
        from most in Gen.Int[0, 2]
        select new InterferenceRule(a, b, most);

    /// <summary>Leaves out what its host has no room for; containers of hosts that are not there stay, and volumes are where their containers are.</summary>
    private static ClusterSnapshot Settle(ClusterSnapshot snapshot)
    {
        var free = snapshot.Hosts.ToDictionary(h => h.Id, h => h.Capacity.ToArray());
        var hosts = snapshot.Hosts.ToDictionary(h => h.Id);
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
                }).Select(c => hosts.TryGetValue(c.Host, out var host) && c.Volume != "" && !host.Volumes.Contains(c.Volume) ? c with { Volume = "" } : c),
            ],
        };
    }
}
