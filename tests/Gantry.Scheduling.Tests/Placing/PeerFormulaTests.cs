using Gantry.Scheduling.Model;
using Gantry.Scheduling.Placing;
using static Gantry.Scheduling.Tests.Clusters;

namespace Gantry.Scheduling.Tests.Placing;

/// <summary>The formulas of other schedulers on one host, computed by hand from their sources: 10 cores, 10 GB and 100 of disk, of which 3 cores, 1 GB and
/// 20 are taken by one container; the request wants 1 core, 4 GB and 5.</summary>
public sealed class PeerFormulaTests
{
    private const long GB = 1L << 30;

    private static readonly HostSnapshot _host = new("h1", [10_000, 10 * GB, 100]);

    private static readonly ContainerSnapshot _there = new("c1", "other", "h1", [3000, GB, 20]);

    private static double Score(string ranker, int resources = 3, string app = "x", int wanted = 4) => PlacementSession.Open(new ClusterSnapshot
    {
        Resources = [.. new[] { ResourceNames.Cpu, ResourceNames.Memory, ResourceNames.Disk }.Take(resources)],
        Hosts = [_host with { Capacity = [.. _host.Capacity.Take(resources)] }],
        Containers = [_there with { Limits = [.. _there.Limits.Take(resources)] }],
        Policy = new ClusterPolicy { Rankers = [new RankerWeight(ranker, 1)], SampleSize = 0 },
    }).Value.Place(new PlacementRequest("r", app, wanted, ((long[])[1000, 4 * GB, 5]).Take(resources).ToArray())).Score;

    [Fact]
    public void LeastAllocated_IsTheMeanPercentageLeft() => Assert.Equal(0.61, Score("least-allocated"), 12); // (60 + 50 + 75) / 3 = 61.67, cut off

    [Fact]
    public void MostAllocated_IsTheMeanPercentageTaken() => Assert.Equal(0.38, Score("most-allocated"), 12); // (40 + 50 + 25) / 3 = 38.33, cut off

    [Fact]
    public void LeastAllocated_CutsOffEachPercentage()
    {
        // 2 of 3 left is 66 and not 66.67; both together would be 66.67 too.
        var session = PlacementSession.Open(Of(Host("h1", 3, 3)) with { Policy = new ClusterPolicy { Rankers = [new RankerWeight("least-allocated", 1)] } }).Value;
        Assert.Equal(0.66, session.Place(Request("r", "x", 1, 1, 1)).Score, 12);
    }

    [Fact]
    public void Swarm_CountsTheServiceThenAll()
    {
        Assert.Equal(-1, Score("swarm-spread"), 12);
        Assert.Equal(-100_001, Score("swarm-spread", app: "other"), 12);
    }

    [Fact]
    public void Diego_IsTheMeanUseOfMemoryDiskAndSlots()
    {
        // Memory (1 + 4) / 10, disk (20 + 5) / 100, slots 2 / 250; cpu is not looked at.
        Assert.Equal(-(0.5 + 0.25 + 0.008) / 3, Score("diego"), 12);
        Assert.Equal(-(0.5 + 0.25 + 0.008) / 3 - 1000, Score("diego", app: "other"), 12);
    }

    [Fact]
    public void Nomad_IsBestFitV3()
    {
        // 20 - 10^0.6 - 10^0.5 = 20 - 3.98107 - 3.16228 = 12.85665, of 18.
        Assert.Equal(0.714258, Score("nomad-binpack"), 6);
        // One is there, four are wanted: the mean with -(1 + 1) / 4.
        Assert.Equal((0.714258 - 0.5) / 2, Score("nomad-binpack", app: "other"), 6);
    }

    [Fact]
    public void BorgHybrid_FillsAndPunishesWhatIsStranded() =>
        // Left 0.6, 0.5 and 0.75: taken 1 - 1.85 / 3, less half of 0.75 - 0.5.
        Assert.Equal(1 - 1.85 / 3 - 0.125, Score("borg-hybrid"), 12);

    [Fact]
    public void EPvm_IsTheRiseOfTheExponentialCost() =>
        // Two hosts at least: (2^0.4 - 2^0.3 + 2^0.5 - 2^0.1) / 2.
        Assert.Equal(-(Math.Pow(2, 0.4) - Math.Pow(2, 0.3) + Math.Sqrt(2) - Math.Pow(2, 0.1)) / 2, Score("e-pvm", 2), 9);

    [Fact]
    public void BestAndWorstFit_AreTheResidual()
    {
        var residual = Math.Sqrt((0.6 * 0.6 + 0.5 * 0.5) / 2);
        Assert.Equal(1 - residual, Score("best-fit", 2), 9);
        Assert.Equal(residual, Score("worst-fit", 2), 9);
    }

    [Fact]
    public void FirstFit_PrefersTheFirst()
    {
        var session = PlacementSession.Open(Of(Host("h1"), Host("h2"), Host("h3")) with { Policy = new ClusterPolicy { Rankers = [new RankerWeight("first-fit", 1)], SampleSize = 0 } }).Value;
        Assert.Equal([0, 0, 0], Enumerable.Range(0, 3).Select(_ => session.Place(Request("r", "x")).Host));
    }
}
