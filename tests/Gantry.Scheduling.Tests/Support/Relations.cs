using System.Text;
using Gantry.Scheduling.Model;
using Gantry.Scheduling.Profiles;

namespace Gantry.Scheduling.Tests.Support;

/// <summary>Changes of a cluster of which it is known what they may do to a plan: nothing, or the same to its names.</summary>
internal static class Relations
{
    /// <summary>Not part of any name or sentence, and before a name it changes no order.</summary>
    private const string Prefix = "renamed.";

    /// <summary>Every amount of a resource times a factor; a power of two, so that no sum is rounded otherwise.</summary>
    public static ClusterSnapshot Scaled(ClusterSnapshot s, long factor, Func<int, bool>? which = null)
    {
        IReadOnlyList<long> Times(IReadOnlyList<long> amounts) => [.. amounts.Select((a, r) => which is null || which(r) ? a * factor : a)];
        float[] Samples(IReadOnlyList<float> samples) => [.. samples.Select(v => v * factor)];
        ProfileSnapshot? Of(ProfileSnapshot? p, int r) => p is null || (which is not null && !which(r)) ? p : p with { Window = Samples(p.Window), Daily = Samples(p.Daily) };
        return s with
        {
            Hosts = [.. s.Hosts.Select(h => h with { Capacity = Times(h.Capacity) })],
            Containers = [.. s.Containers.Select(c => c with { Limits = Times(c.Limits), MaxLimits = Times(c.MaxLimits), Profiles = [.. c.Profiles.Select(Of)] })],
            Pending = [.. s.Pending.Select(p => p with { Limits = Times(p.Limits) })],
        };
    }

    /// <summary>Every name of the operators' choice is another one; the order of names is the same.</summary>
    public static ClusterSnapshot Renamed(ClusterSnapshot s) => s with
    {
        Hosts =
        [
            .. s.Hosts.Select(h => h with
            {
                Id = Name(h.Id),
                Class = Name(h.Class),
                Zone = Name(h.Zone),
                DedicatedTo = Name(h.DedicatedTo),
                Labels = h.Labels.ToDictionary(l => Name(l.Key), l => Name(l.Value)),
                Images = Names(h.Images),
                Volumes = Names(h.Volumes),
            }),
        ],
        Containers =
        [
            .. s.Containers.Select(c => c with
            {
                Id = Name(c.Id),
                App = Name(c.App),
                Host = Name(c.Host),
                Owner = Name(c.Owner),
                Volume = Name(c.Volume),
                Image = Name(c.Image),
                Constraints = Renamed(c.Constraints),
            }),
        ],
        Pending =
        [
            .. s.Pending.Select(p => p with
            {
                Id = Name(p.Id),
                App = Name(p.App),
                Owner = Name(p.Owner),
                Volume = Name(p.Volume),
                Image = Name(p.Image),
                Constraints = Renamed(p.Constraints),
            }),
        ],
        Interference = [.. s.Interference.Select(i => i with { App = Name(i.App), Other = Name(i.Other) })],
        Policy = s.Policy with { Overcommit = [.. s.Policy.Overcommit.Select(o => o with { Class = Name(o.Class) })] },
        NewIds = Names(s.NewIds),
    };

    /// <summary>The plan of a renamed cluster, as it would be written with the names of before.</summary>
    public static string WithOldNames(Plan plan) => Text(plan).Replace(Prefix, "", StringComparison.Ordinal);

    public static string Text(Plan plan) => Encoding.UTF8.GetString(SnapshotSerializer.Write(plan));

    /// <summary>One host more, the last by its id.</summary>
    public static ClusterSnapshot With(ClusterSnapshot s, HostSnapshot host) => s with { Hosts = [.. s.Hosts, host] };

    /// <summary>An empty host that takes nothing, as large as all others together.</summary>
    public static HostSnapshot Closed(ClusterSnapshot s, HostState state) =>
        new("zz-closed", [.. s.Resources.Select((_, r) => Math.Max(1, s.Hosts.Sum(h => h.Capacity[r])))]) { State = state };

    private static PlacementConstraints Renamed(PlacementConstraints c) => c with
    {
        Labels = c.Labels.ToDictionary(l => Name(l.Key), l => Name(l.Value)),
        Zones = Names(c.Zones),
        Classes = Names(c.Classes),
    };

    private static string[] Names(IReadOnlyList<string> names) => [.. names.Select(Name)];

    private static string Name(string name) => name.Length == 0 ? "" : Prefix + name;
}
