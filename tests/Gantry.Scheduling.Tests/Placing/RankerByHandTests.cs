using Gantry.Scheduling.Model;
using Gantry.Scheduling.Placing;

namespace Gantry.Scheduling.Tests.Placing;

/// <summary>Scores on hosts that are not as round as in the books: nearly full, over their policy, without a resource, larger than others.</summary>
public sealed class RankerByHandTests
{
    /// <summary>One host of 10 and 100 with so much taken, for a container of 2 and 10 (of the second resource none where the host lacks it).</summary>
    [Theory]
    // 4 and 50 taken: left with it 0.4 and 0.4.
    [InlineData("least-allocated", 4, 50, 100, 0.4)]
    [InlineData("most-allocated", 4, 50, 100, 0.6)]
    [InlineData("best-fit", 4, 50, 100, 0.6)]
    [InlineData("worst-fit", 4, 50, 100, 0.4)]
    [InlineData("borg-hybrid", 4, 50, 100, 0.6)] // nothing stranded
    [InlineData("dot-product", 4, 50, 100, 0.17)] // 0.2 · 0.6 + 0.1 · 0.5
    [InlineData("diego", 4, 50, 100, -0.304)] // memory 0.6, slots 2 of 250: the mean
    // Full in one, empty in the other: left 0 and 0.9.
    [InlineData("least-allocated", 8, 0, 100, 0.45)]
    [InlineData("most-allocated", 8, 0, 100, 0.55)]
    [InlineData("borg-hybrid", 8, 0, 100, 0.1)] // 1 − 0.45 − 0.45
    [InlineData("borg-hybrid", 0, 90, 100, 0.2)] // left 0.8 and 0: 1 − 0.4 − 0.4
    [InlineData("nomad-binpack", 8, 0, 100, 0.6142620918198436)] // (20 − 10^0 − 10^0.9) / 18
    [InlineData("nomad-binpack", 8, 90, 100, 1)] // (20 − 1 − 1) / 18
    [InlineData("best-fit", 8, 0, 100, 0.36360389693210717)] // 1 − √(0.81 / 2)
    // The host lacks the second: it counts for nothing in a mean of percentages.
    [InlineData("least-allocated", 4, 0, 0, 0.4)]
    [InlineData("most-allocated", 4, 0, 0, 0.6)]
    [InlineData("dot-product", 4, 0, 0, 0.12)]
    public void Score_OfOneHost_IsAsWorkedOut(string ranker, long first, long second, long capacity, double score)
    {
        var snapshot = new ClusterSnapshot
        {
            Resources = ["cpu", "memory"],
            Hosts = [new HostSnapshot("h1", [10, capacity])],
            Containers = [new ContainerSnapshot("c", "other", "h1", [first, second])],
            Policy = new ClusterPolicy { Rankers = [new RankerWeight(ranker, 1)] },
        };
        Assert.Equal(score, Place(snapshot, "a", [2, capacity == 0 ? 0 : 10]).Score, 12);
    }

    /// <summary>A policy of half the capacity and 8 of 10 reserved: a container that wants none of it goes there still, and a percentage is never below 0.</summary>
    [Theory]
    [InlineData("least-allocated", 0.45)] // 0 and 90
    [InlineData("most-allocated", 0.55)] // 100 and 10
    public void Score_OfAHostOverItsPolicy_IsCutOff(string ranker, double score)
    {
        var snapshot = new ClusterSnapshot
        {
            Resources = ["cpu", "memory"],
            Hosts = [new HostSnapshot("h1", [10, 100])],
            Containers = [new ContainerSnapshot("c", "other", "h1", [8, 0])],
            Policy = new ClusterPolicy { Rankers = [new RankerWeight(ranker, 1)], Overcommit = [new Overcommit("", "cpu", 0.5)] },
        };
        Assert.Equal(score, Place(snapshot, "a", [0, 10]).Score, 12);
    }

    /// <summary>Three hosts with 2, 1 and 0 of the app, the first two in one zone with 0.5 and 0 runnable: the score of the best.</summary>
    [Theory]
    [InlineData("spread", 2, 1)] // 1 / (1 + 0)
    [InlineData("zone-spread", 2, 1)] // the others have three in their zone
    [InlineData("swarm-spread", 2, -7)] // none of its own, seven others
    [InlineData("low-load", 1, 1)] // 1 / (1 + 0)
    [InlineData("image-locality", 0, 1)]
    [InlineData("first-fit", 0, 1)]
    public void Score_OfThreeHosts_IsThatOfTheBest(string ranker, int host, double score)
    {
        var snapshot = new ClusterSnapshot
        {
            Hosts =
            [
                new HostSnapshot("h0", [1000, 1000]) { Zone = "x", RunQueue = 0.5, Images = ["other", "img"] }, new HostSnapshot("h1", [1000, 1000]) { Zone = "x", RunQueue = 0 },
                new HostSnapshot("h2", [1000, 1000]) { Zone = "y", RunQueue = 1 },
            ],
            Containers =
            [
                .. new[] { "h0", "h0", "h1" }.Select((h, i) => new ContainerSnapshot($"a{i}", "a", h, [1, 1])),
                .. Enumerable.Range(0, 7).Select(i => new ContainerSnapshot($"b{i}", "b", "h2", [1, 1])),
            ],
            Policy = new ClusterPolicy { Rankers = [new RankerWeight(ranker, 1)], SampleSize = 0 },
        };
        var decision = Place(snapshot, "a", [1, 1]);
        Assert.Equal((host, score), (decision.Host, Math.Round(decision.Score, 12)));
    }

    /// <summary>E-PVM over four hosts, n = 4: the rise of Σ 4^use, over 4. From 0.4 and 0.5 to 0.6 and 0.6; a cluster of one counts as one of two.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void EPvm_OverHosts_IsTheRiseOfItsPowers(int hosts)
    {
        var snapshot = new ClusterSnapshot
        {
            Resources = ["cpu", "memory"],
            Hosts = [.. Enumerable.Range(0, hosts).Select(i => new HostSnapshot($"h{i}", [10, 100]) { Zone = i == 0 ? "here" : "" })],
            Containers = [new ContainerSnapshot("c", "other", "h0", [4, 50])],
            Policy = new ClusterPolicy { Rankers = [new RankerWeight("e-pvm", 1)] },
        };
        var decision = PlacementSession.Open(snapshot).Value.Place(new PlacementRequest("r", "a", 1, [2, 10]) { Constraints = new PlacementConstraints { Zones = ["here"] } });
        double n = Math.Max(2, hosts), rise = Math.Pow(n, 0.6) - Math.Pow(n, 0.4) + Math.Pow(n, 0.6) - Math.Pow(n, 0.5);
        Assert.Equal((0, Math.Round(-rise / n, 12)), (decision.Host, Math.Round(decision.Score, 12)));
    }

    /// <summary>A host whose queue nobody measures counts as one that has none.</summary>
    [Fact]
    public void LowLoad_OfAHostWithoutAQueue_IsThatOfAnIdleOne()
    {
        var snapshot = new ClusterSnapshot
        {
            Hosts = [new HostSnapshot("h0", [1000, 10]) { RunQueue = 0.5 }, new HostSnapshot("h1", [1000, 10])],
            Policy = new ClusterPolicy { Rankers = [new RankerWeight("low-load", 1)], SampleSize = 0 },
        };
        Assert.Equal((1, 1.0), (Place(snapshot, "a", [1, 1]).Host, Place(snapshot, "a", [1, 1]).Score));
    }

    /// <summary>The sum of rankers by their weights; a negative one turns a ranker round.</summary>
    [Theory]
    [InlineData(1, 0, "h0")]
    [InlineData(-1, 0, "h1")]
    [InlineData(1, 0.4, "h0")] // 1 + 0 against 0.5 + 0.4
    [InlineData(1, 0.6, "h1")] // 1 + 0 against 0.5 + 0.6
    public void Score_OfTwoRankers_IsTheirWeightedSum(double first, double image, string host)
    {
        var snapshot = new ClusterSnapshot
        {
            Hosts = [new HostSnapshot("h0", [10, 10]), new HostSnapshot("h1", [10, 10]) { Images = ["img"] }],
            Policy = new ClusterPolicy { Rankers = [new("first-fit", first), new("image-locality", image)], SampleSize = 0 },
        };
        Assert.Equal(host, snapshot.Hosts[Place(snapshot, "a", [1, 1]).Host].Id);
    }

    private static Decision Place(ClusterSnapshot snapshot, string app, long[] limits) =>
        PlacementSession.Open(snapshot).Value.Place(new PlacementRequest("r", app, 1, limits) { Image = "img" });
}
