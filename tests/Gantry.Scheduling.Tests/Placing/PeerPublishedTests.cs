using Gantry.Scheduling.Model;
using Gantry.Scheduling.Placing;

namespace Gantry.Scheduling.Tests.Placing;

/// <summary>The examples with which other schedulers show their own formulas: what their tests expect is what their models here give.</summary>
public sealed class PeerPublishedTests
{
    /// <summary>The nodes of Kubernetes' tests of NodeResourcesFit: capacity, what runs there, what the pod asks for, and the two scores of 100.</summary>
    [Theory]
    // Nothing scheduled, nothing requested.
    [InlineData(4000, 10000, 0, 0, 0, 0, 100, 0)]
    // Nothing scheduled, resources requested, differently sized nodes: 25 and 50, 50 and 50.
    [InlineData(4000, 10000, 0, 0, 3000, 5000, 37, 62)]
    [InlineData(6000, 10000, 0, 0, 3000, 5000, 50, 50)]
    // No resources requested, pods scheduled with resources.
    [InlineData(10000, 20000, 6000, 0, 0, 0, 70, 30)]
    [InlineData(10000, 20000, 6000, 5000, 0, 0, 57, 42)]
    // Resources requested, pods scheduled with resources.
    [InlineData(10000, 20000, 3000, 0, 3000, 5000, 57, 42)]
    [InlineData(10000, 20000, 3000, 5000, 3000, 5000, 45, 55)]
    // The same on a node with more memory.
    [InlineData(10000, 50000, 3000, 5000, 3000, 5000, 60, 40)]
    // Resources requested equal node capacity.
    [InlineData(5000, 10000, 0, 0, 5000, 9000, 5, 95)]
    [InlineData(10000, 9000, 0, 0, 5000, 9000, 25, 75)]
    public void Kubernetes_NodesOfItsTests_ScoreTheSame(long cpu, long memory, long usedCpu, long usedMemory, long podCpu, long podMemory, int least, int most)
    {
        Assert.Equal(least / 100.0, Score("least-allocated", [cpu, memory], [usedCpu, usedMemory], [podCpu, podMemory]), 12);
        Assert.Equal(most / 100.0, Score("most-allocated", [cpu, memory], [usedCpu, usedMemory], [podCpu, podMemory]), 12);
    }

    /// <summary>The third resource of those tests: 2 of 4 and 2 of 10 beside 50 and 50.</summary>
    [Theory]
    [InlineData(4, 50, 50)]
    [InlineData(10, 60, 40)]
    public void Kubernetes_ExtendedResource_CountsAsTheOthers(long devices, int least, int most)
    {
        Assert.Equal(least / 100.0, Score("least-allocated", [6000, 10000, devices], [0, 0, 0], [3000, 5000, 2]), 12);
        Assert.Equal(most / 100.0, Score("most-allocated", [6000, 10000, devices], [0, 0, 0], [3000, 5000, 2]), 12);
    }

    /// <summary>A node that has none of the third resource is scored by the others: 50 and 40.</summary>
    [Fact]
    public void Kubernetes_ResourceThatTheNodeLacks_IsLeftOut()
    {
        Assert.Equal(0.45, Score("most-allocated", [6000, 10000, 0], [0, 0, 0], [3000, 4000, 0]), 12);
        Assert.Equal(0.55, Score("least-allocated", [6000, 10000, 0], [0, 0, 0], [3000, 4000, 0]), 12);
    }

    /// <summary>Nomad's test of its bin packing, on what its node of 4096 and 8192 leaves beside what is reserved: 18 of 18 for a perfect fit, 0 for an empty
    /// node, and between 10 and 16 for a half full one.</summary>
    [Theory]
    [InlineData(2048, 4096, 18)]
    [InlineData(0, 0, 0)]
    [InlineData(1024, 2048, 13.675444679663241)] // 20 − 2 · 10^0.5
    public void Nomad_NodeOfItsTests_ScoresTheSame(long cpu, long memory, double of18) =>
        Assert.Equal(of18 / 18, Score("nomad-binpack", [2048, 4096], [0, 0], [cpu, memory]), 12);

    /// <summary>Nomad's anti-affinity alone: of ten wanted, one more beside four costs a half; the mean with a perfect fit is a quarter.</summary>
    [Fact]
    public void Nomad_PerfectFitBesideFourOfTen_IsAQuarter()
    {
        var snapshot = Cluster("nomad-binpack", [2048, 4096], [1024, 2048]) with { Containers = [.. Enumerable.Range(0, 4).Select(i => new ContainerSnapshot($"c{i}", "pod", "node", [256, 512]))] };
        Assert.Equal((1 - 0.5) / 2, PlacementSession.Open(snapshot).Value.Place(new PlacementRequest("r", "pod", 10, [1024, 2048])).Score, 12);
    }

    /// <summary>SwarmKit's rule in words: of two nodes the one with fewer tasks of the service, whatever else runs there; of equals the one with fewer tasks.</summary>
    [Theory]
    [InlineData(1, 0, 0, 9, "b")]
    [InlineData(0, 9, 1, 0, "a")]
    [InlineData(1, 3, 1, 2, "b")]
    [InlineData(2, 0, 2, 1, "a")]
    public void Swarm_OfTwoNodes_TakesTheOneWithFewerOfTheService(int ownA, int othersA, int ownB, int othersB, string node)
    {
        IEnumerable<ContainerSnapshot> On(string host, int own, int others) =>
            Enumerable.Range(0, own + others).Select(i => new ContainerSnapshot($"{host}{i}", i < own ? "pod" : "other", host, [1, 1]));
        var snapshot = Cluster("swarm-spread", [100, 100], []) with
        {
            Hosts = [new HostSnapshot("a", [100, 100]), new HostSnapshot("b", [100, 100])],
            Containers = [.. On("a", ownA, othersA), .. On("b", ownB, othersB)],
            Pending = [new PlacementRequest("r", "pod", 1, [1, 1])],
        };
        Assert.Equal(node, Assert.Single(Placer.Plan(snapshot).Value.Placements).Host);
    }

    /// <summary>Of vectors (Panigrahy et al.), on two hosts with as much free in all, 80 of cpu and 20 of memory and the other way round: by dot product a demand
    /// goes where what it wants most is plentiful; by L2 where the least is left over, √(0.65² + 0.15²) against √(0.05² + 0.75²) for 15 and 5.</summary>
    [Theory]
    [InlineData("dot-product", 15, 5, "cpu-rich")]
    [InlineData("dot-product", 5, 15, "memory-rich")]
    [InlineData("best-fit", 15, 5, "cpu-rich")]
    [InlineData("best-fit", 5, 15, "memory-rich")]
    [InlineData("worst-fit", 15, 5, "memory-rich")]
    [InlineData("worst-fit", 5, 15, "cpu-rich")]
    // What is left on both alike is stranded less where the scarce one is spared.
    [InlineData("borg-hybrid", 15, 5, "cpu-rich")]
    [InlineData("borg-hybrid", 5, 15, "memory-rich")]
    public void Vectors_OfDemandAndRoom_ChooseAsPublished(string ranker, long cpu, long memory, string host)
    {
        var snapshot = Cluster(ranker, [100, 100], []) with
        {
            Hosts = [new HostSnapshot("cpu-rich", [100, 100]), new HostSnapshot("memory-rich", [100, 100])],
            Containers = [new ContainerSnapshot("a", "x", "cpu-rich", [20, 80]), new ContainerSnapshot("b", "x", "memory-rich", [80, 20])],
            Pending = [new PlacementRequest("r", "y", 1, [cpu, memory])],
        };
        Assert.Equal(host, Assert.Single(Placer.Plan(snapshot).Value.Placements).Host);
    }

    private static ClusterSnapshot Cluster(string ranker, long[] capacity, long[] used) => new()
    {
        Resources = [.. new[] { "cpu", "memory", "devices" }.Take(capacity.Length)],
        Hosts = [new HostSnapshot("node", capacity)],
        Containers = used.Length == 0 ? [] : [new ContainerSnapshot("there", "existing", "node", used)],
        Policy = new ClusterPolicy { Rankers = [new RankerWeight(ranker, 1)], SampleSize = 0 },
    };

    private static double Score(string ranker, long[] capacity, long[] used, long[] pod) =>
        PlacementSession.Open(Cluster(ranker, capacity, used)).Value.Place(new PlacementRequest("r", "pod", 1, pod)).Score;
}
