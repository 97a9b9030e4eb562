using CsCheck;
using Gantry.Scheduling.Model;
using Gantry.Scheduling.Placing;
using Gantry.Scheduling.Profiles;
using Gantry.Scheduling.Tests.Support;

namespace Gantry.Scheduling.Tests.Placing;

/// <summary>Reports of load are old when they are read: without care everybody would go to the host that was idle then.</summary>
public sealed class HerdingTests
{
    private static PlacementSession Open(Draw d, double[] queues, int sample) => PlacementSession.Open(new ClusterSnapshot
    {
        Seed = d.Seed(),
        Hosts = [.. queues.Select((q, i) => new HostSnapshot($"h{i:000}", [10_000, 1L << 40]) { RunQueue = q })],
        Policy = new ClusterPolicy { Rankers = [new RankerWeight("low-load", 1)], SampleSize = sample, Overcommit = [new Overcommit("", "cpu", 100)] },
    }).Value;

    private static PlacementRequest Request(int i, long cpu) => new($"r{i}", $"app{i}", 1, [cpu, 1]);

    /// <summary>Every host looked at: as water finds its level. Hosts that got something end within one container of each other, and none that
    /// got nothing is below them.</summary>
    [Fact]
    public void Placed_AfterOneReport_LevelTheHosts() => Gen.ULong.Sample(seed =>
    {
        var d = new Draw(seed);
        var queues = d.Many(2, 12, _ => d.Double(0, 0.05));
        var cpu = d.Int(100, 2000);
        var session = Open(d, queues, 0);
        var level = queues.ToArray();
        var got = new bool[queues.Length];
        // 10,000 times 100 may be promised: one container is so much of a host's queue.
        var one = cpu / 1_000_000.0;
        for (var i = 0; i < 60; i++)
        {
            var host = session.Place(Request(i, cpu)).Host;
            Assert.Equal(level.Min(), level[host], 9);
            level[host] += one;
            got[host] = true;
        }

        var (lowest, highest) = (level.Min(), level.Where((_, h) => got[h]).Max());
        Assert.InRange(highest - lowest, 0, one + 1e-9);
    }, iter: 1000);

    /// <summary>Two looked at, the better one taken (Mitzenmacher): no host gets many times its share, however long the report is not renewed.</summary>
    [Theory]
    [InlineData(1, 12)]
    [InlineData(2, 24)]
    [InlineData(3, 24)]
    public void Placed_BySampleOfTwo_NoHostGetsManyTimesItsShare(int seed, int most)
    {
        var d = new Draw((ulong)seed);
        var session = Open(d, [.. Enumerable.Range(0, 100).Select(i => i == 7 ? 0 : 0.001)], 2);
        var counts = new int[100];
        for (var i = 0; i < 800; i++) counts[session.Place(Request(i, 1000)).Host]++;
        // Eight each on average; the host that was idle is worth one container more.
        Assert.InRange(counts.Max(), 9, most);
        Assert.True(counts.Count(c => c == 0) < 5);
    }

    [Fact]
    public void Released_Places_CountNoMore()
    {
        var session = Open(new Draw(1), [0, 0.5], 0);
        var request = Request(0, 1000);
        for (var i = 0; i < 100; i++)
        {
            Assert.Equal(0, session.Place(request).Host);
            session.Release(request, 0);
        }
    }

    [Fact]
    public void Measured_IdleContainers_DrawNoMoreThanTheirRoom()
    {
        // h1 looks empty to the predictor. What goes there counts in full from then on, so it takes five of 1,000 and not fifty.
        var idle = new ProfileSnapshot([.. Enumerable.Repeat(0f, 60)]);
        var snapshot = new ClusterSnapshot
        {
            Hosts = [new HostSnapshot("h1", [5000, 1L << 40])],
            Containers = [.. Enumerable.Range(0, 5).Select(i => new ContainerSnapshot($"c{i}", "a", "h1", [1000, 1]) { Profiles = [idle, idle] })],
            Pending = [new PlacementRequest("r", "b", 50, [1000, 1])],
            Policy = new ClusterPolicy { Predictor = "max" },
        };
        Assert.Equal(5, Placer.Plan(snapshot).Value.Placements.Count);
    }
}
