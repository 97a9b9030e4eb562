using CsCheck;
using Gantry.Scheduling.Model;
using Gantry.Scheduling.Profiles;

namespace Gantry.Scheduling.Tests.Support;

/// <summary>Small clusters with every rule, ranker and predictor of placement in play, some hosts over their policy, some without a resource.</summary>
internal static class PlacementClusters
{
    private const int DayParts = 4;

    public static Gen<ClusterSnapshot> Any => Draw.Cases(d => Build(d, measured: false));

    /// <summary>With profiles, and a predictor that reads them.</summary>
    public static Gen<ClusterSnapshot> Measured => Draw.Cases(d => Build(d, measured: true));

    private static ClusterSnapshot Build(Draw d, bool measured)
    {
        string[] resources = [.. new[] { "cpu", "memory", "gpu" }.Take(d.Pick(1, 2, 2, 3))];
        var hosts = d.Many(1, 6, i => Host(d, i, resources.Length));
        return new ClusterSnapshot
        {
            Seed = d.Seed(),
            Resources = resources,
            Hosts = hosts,
            Containers = d.Many(0, 12, i => Container(d, i, resources.Length, measured)),
            Pending = d.Many(1, 4, i => Request(d, i, resources.Length)),
            Interference = d.Many(0, 3, _ => new InterferenceRule(App(d), App(d), d.Int(0, 2))),
            Policy = new ClusterPolicy
            {
                Predictor = measured ? d.Pick("borg-default", "percentile-sum", "n-sigma", "max", "seasonal") : "limits",
                SampleSize = 0,
                Overcommit = [.. d.Some<Overcommit>([new("", "cpu", d.Pick(0.5, 1.5, 2)), new("big", "cpu", d.Pick(0.9, 1, 3))])],
                Rankers = [.. d.Shuffled(PlainRankers.Names).Take(d.Int(1, 3)).Select(r => new RankerWeight(r, d.Pick(0.2, 1, 1, 2, -1)))],
            },
        };
    }

    private static string App(Draw d) => d.Pick("a", "b", "c", "d");

    private static long[] Amounts(Draw d, int resources, int from, int to) =>
        [.. new long[] { 250, 256L << 20, 1 }.Take(resources).Select((unit, r) => unit * (r == 2 ? d.Int(0, 2) : d.Int(from, to)))];

    private static HostSnapshot Host(Draw d, int i, int resources) => new($"h{i}", Amounts(d, resources, 4, 32))
    {
        Class = d.Pick("", "big"),
        Zone = d.Pick("x", "y"),
        State = d.Pick(HostState.Ready, HostState.Ready, HostState.Ready, HostState.Ready, HostState.Draining, HostState.Down),
        DedicatedTo = d.Pick("", "", "", "o1"),
        Labels = d.Some<KeyValuePair<string, string>>([new("disk", d.Pick("ssd", "hdd")), new("arch", d.Pick("arm", "amd"))]).ToDictionary(),
        Images = d.Some(["img1", "img2"]),
        Volumes = d.Some(["v1", "v2"]),
        RunQueue = d.Pick<double?>(null, 0, 0.5, 2),
    };

    private static ContainerSnapshot Container(Draw d, int i, int resources, bool measured)
    {
        var limits = Amounts(d, resources, 1, 8);
        return new ContainerSnapshot($"c{i:00}", App(d), $"h{d.Int(0, 6)}", limits)
        {
            Priority = d.Int(0, 3),
            Profiles = measured && !d.Once(4) ? [.. limits.Select(l => d.Once(5) ? null : Profile(d, l))] : [],
        };
    }

    private static ProfileSnapshot Profile(Draw d, long limit)
    {
        var (level, swing) = (d.Double(0, 0.6), d.Double(0, 0.5));
        float Sample() => (float)(limit * (level + swing * d.Double(0, 1)));
        return new ProfileSnapshot(d.Many(25, 45, _ => Sample())) { Daily = d.Once(2) ? d.Many(DayParts, DayParts, _ => Sample()) : [] };
    }

    private static PlacementRequest Request(Draw d, int i, int resources) => new($"r{i}", App(d), d.Int(1, 4), Amounts(d, resources, 0, 8))
    {
        Type = d.Pick("web", "worker"),
        Owner = d.Pick("", "o1", "o2"),
        Priority = d.Int(0, 3),
        Volume = d.Pick("", "", "", "", "v1"),
        Image = d.Pick("", "img1"),
        Constraints = d.Once(3) ? PlacementConstraints.None : new PlacementConstraints
        {
            MaxPerHost = d.Pick(0, 0, 1, 2),
            DedicatedOnly = d.Once(8),
            Zones = d.Pick<string[]>([], [], ["x"], ["y", "x"]),
            Classes = d.Pick<string[]>([], [], ["big"], ["", "big"]),
            Labels = d.Some(d.Some<KeyValuePair<string, string>>([new("disk", "ssd"), new("arch", "arm")])).ToDictionary(),
        },
    };
}
