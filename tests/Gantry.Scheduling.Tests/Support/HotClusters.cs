using CsCheck;
using Gantry.Scheduling.Model;
using Gantry.Scheduling.Profiles;

namespace Gantry.Scheduling.Tests.Support;

/// <summary>Small clusters with a load that makes some hosts hot, and with everything that may keep a container where it is.</summary>
internal static class HotClusters
{
    public static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddDays(100);

    public static Gen<ClusterSnapshot> Any => Draw.Cases(Of);

    public static ClusterSnapshot Of(Draw d)
    {
        var hosts = d.Many(2, 5, i => new HostSnapshot($"h{i}", [1000 * d.Int(2, 6), 1L << 33, 1_000_000])
        {
            Class = d.Pick("", "big"),
            Zone = d.Pick("x", "y"),
            State = d.Pick(HostState.Ready, HostState.Ready, HostState.Ready, HostState.Ready, HostState.Ready, HostState.Draining, HostState.Down),
            DedicatedTo = d.Pick("", "", "", "", "", "o1"),
            Images = d.Some(["img"]),
            Volumes = ["v"],
        });
        return new ClusterSnapshot
        {
            Now = Now,
            Seed = d.Seed(),
            Resources = ["cpu", "memory", "network-in"],
            Hosts = hosts,
            Containers = d.Many(2, 16, i => Container(d, i, hosts.Length)),
            Interference = d.Many(0, 2, _ => new InterferenceRule(App(d), App(d), d.Int(0, 2))),
            Policy = new ClusterPolicy
            {
                Predictor = d.Pick("limits", "limits", "percentile-sum", "n-sigma"),
                Overcommit = [new("", "cpu", d.Pick(2, 4)), new("", "memory", 4), new("", "network-in", 4)],
                Hotspots = new HotspotPolicy
                {
                    Threshold = d.Pick(0.6, 0.75, 0.9),
                    SamplesAbove = d.Int(1, 3),
                    SamplesLooked = d.Int(3, 5),
                    MaxMoves = d.Pick(0, 1, 3, 50, 50),
                    MaxMovesPerApp = d.Int(1, 3),
                    MaxMovesPerHour = d.Pick(0.03, 0.3, 1),
                },
            },
        };
    }

    private static string App(Draw d) => d.Pick("a", "b", "c", "d", "e", "f");

    private static ContainerSnapshot Container(Draw d, int i, int hosts) => new($"c{i:00}", App(d), $"h{(d.Once(2) ? 0 : d.Int(0, hosts))}", [2000, 1L << 31, 400_000])
    {
        Owner = d.Pick("", "", "o1"),
        Volume = d.Once(8) ? "v" : "",
        Image = d.Pick("", "img"),
        Movable = !d.Once(8),
        MovedAt = d.Pick<DateTimeOffset?>(null, null, null, null, Now.AddMinutes(-10), Now.AddMinutes(-50), Now.AddHours(-2)),
        Connections = d.Int(0, 50),
        BootSeconds = d.Double(0, 20),
        Constraints = d.Once(3) ? new PlacementConstraints { MaxPerHost = d.Int(0, 2), Zones = d.Pick<string[]>([], ["x"], ["y"]), Classes = d.Pick<string[]>([], ["big"]) } : PlacementConstraints.None,
        Profiles = d.Once(8) ? [] : [Series(d, 1900), Series(d, 1.5e9), Series(d, 300_000)],
    };

    /// <summary>Level, noise, and now and then a step near the end.</summary>
    private static ProfileSnapshot Series(Draw d, double scale)
    {
        var (level, noise, step) = (d.Double(0, 0.8), d.Double(0, 0.2), d.Once(3) ? d.Double(-0.3, 0.3) : 0);
        var length = d.Int(2, 40);
        return new ProfileSnapshot([.. Enumerable.Range(0, length).Select(t => (float)(scale * Math.Clamp(level + noise * d.Normal() + (t > length - 6 ? step : 0), 0, 1)))]);
    }
}
