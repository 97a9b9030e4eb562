using Gantry.Domain;
using Gantry.Domain.Apps;
using Gantry.Domain.Containers;
using Gantry.Domain.Hosts;
using Gantry.Scheduling.Model;
using Gantry.Scheduling.Profiles;

namespace Gantry.Control.Hosts;

/// <summary>What the records say of the cluster at one moment.</summary>
internal sealed record ClusterRecords(IReadOnlyList<Host> Hosts, IReadOnlyList<Container> Live, IReadOnlyDictionary<AppId, App> Apps);

/// <summary>Turns records into what a pass of the scheduler may know.</summary>
internal static class SnapshotBuilder
{
    private const int SharesOfACore = 1024;

    public static readonly IReadOnlyList<string> Resources = [ResourceNames.Cpu, ResourceNames.Memory];

    /// <summary>One vector for all containers of a size.</summary>
    private static readonly Dictionary<string, IReadOnlyList<long>> _limits = ContainerSize.All.ToDictionary(s => s.Name, s => Limits(s.CpuShares, s.MemoryBytes));

    public static ClusterSnapshot Build(
        ClusterRecords records, ClusterPolicy policy, Func<ContainerId, IReadOnlyList<ProfileSnapshot?>> profiles, Func<HostId, bool> answers,
        DateTimeOffset now, ILookup<HostId, ImageId>? prefetched = null)
    {
        return new ClusterSnapshot
        {
            Now = now,
            Seed = (ulong)now.UtcTicks,
            Resources = Resources,
            Policy = policy,
            Hosts = [.. records.Hosts.GroupJoin(records.Live, h => (HostId?)h.Id, c => c.Host, (h, there) => ToSnapshot(h, answers(h.Id), there, prefetched?[h.Id] ?? []))],
            // In the order in which passes work: what is in order is not sorted again by each of them.
            Containers = [.. records.Live.GroupBy(c => c.AppId).SelectMany(own => Placed(own, records.Apps.GetValueOrDefault(own.Key), profiles)).OrderBy(c => c.Id, StringComparer.Ordinal)],
            Pending = [.. from c in records.Live where IsPending(c, now) && records.Apps.ContainsKey(c.AppId) select Request(Seat(c, records.Apps[c.AppId]))],
        };
    }

    /// <summary>The container as one that could be anywhere. CPU is divided by weight: a weight of 1024 counts as one core.</summary>
    public static ContainerSnapshot Seat(Container container, App app) =>
        Seat(container.Id.Value, app, container.Type, container.Size, container.ImageId);

    /// <summary>Likewise of one that does not exist yet.</summary>
    public static ContainerSnapshot Seat(string id, App app, string type, string sizeName, ImageId image)
    {
        var size = ContainerSize.Find(sizeName) ?? ContainerSize.Default;
        return new ContainerSnapshot(id, app.Name.Value, "", _limits[size.Name]) { Type = type, Owner = app.OwnerId.Value, Image = image.Value, Movable = false };
    }

    public static IReadOnlyList<long> Limits(int cpuShares, long memoryBytes) => [cpuShares * 1000L / SharesOfACore, memoryBytes];

    public static PlacementRequest Request(ContainerSnapshot seat) => new(seat.Id, seat.App, 1, seat.Limits)
    {
        Type = seat.Type, Owner = seat.Owner, Priority = seat.Priority, Image = seat.Image,
    };

    /// <summary>Those of one app: a count of all claims of a large cluster at once would be one of megabytes, at each pass.</summary>
    private static IEnumerable<ContainerSnapshot> Placed(IEnumerable<Container> own, App? app, Func<ContainerId, IReadOnlyList<ProfileSnapshot?>> profiles)
    {
        if (app is null)
            return [];
        var claims = own.Where(c => c.Wanted).CountBy(c => (c.Type, c.Index)).ToDictionary();
        return own.Where(c => c.Host is not null).Select(c => Placed(c, app, profiles(c.Id), claims.GetValueOrDefault((c.Type, c.Index)) == 1));
    }

    private static ContainerSnapshot Placed(Container container, App app, IReadOnlyList<ProfileSnapshot?> profiles, bool alone) => Seat(container, app) with
    {
        Host = container.Host!.Value.Value,
        Profiles = profiles,
        Movable = alone && !container.IsOneOff && container is { State: ContainerState.Running, Wanted: true },
        // A move under way is one move, though both containers are there.
        MovedAt = container is { Replaces: not null, ReadyAt: null } ? null : container.MovedAt,
        BootSeconds = container is { ReadyAt: { } ready, StartedAt: { } started } ? Math.Max(0, (ready - started).TotalSeconds) : 1,
    };

    private static HostSnapshot ToSnapshot(Host host, bool answers, IEnumerable<Container> there, IEnumerable<ImageId> prefetched) => new(host.Id.Value, [.. Resources.Select(r => host.Capacity.GetValueOrDefault(r))])
    {
        Class = host.Class,
        Zone = host.Zone,
        State = !answers ? HostState.Down : host.Cordoned || host.Drain is not null ? HostState.Draining : HostState.Ready,
        Labels = host.Labels,
        Images = [.. there.Select(c => c.ImageId).Concat(prefetched).Select(i => i.Value).Distinct()],
    };

    private static bool IsPending(Container container, DateTimeOffset now) =>
        container is { PlacedAt: null, Wanted: true, BootFailed: false } && (container.NotBefore ?? now) <= now;
}
