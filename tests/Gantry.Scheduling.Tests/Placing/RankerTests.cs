using Gantry.Scheduling.Model;
using Gantry.Scheduling.Placing;
using static Gantry.Scheduling.Tests.Clusters;

namespace Gantry.Scheduling.Tests.Placing;

/// <summary>Each ranker chooses between an empty host, a half full one and one with skewed use as its source says.</summary>
public sealed class RankerTests
{
    [Theory]
    [InlineData("least-allocated", "a-empty")]
    [InlineData("worst-fit", "a-empty")]
    [InlineData("dot-product", "a-empty")]
    [InlineData("e-pvm", "a-empty")]
    [InlineData("low-load", "a-empty")]
    [InlineData("swarm-spread", "a-empty")]
    [InlineData("diego", "a-empty")]
    [InlineData("first-fit", "a-empty")]
    [InlineData("most-allocated", "b-half")]
    [InlineData("best-fit", "b-half")]
    [InlineData("nomad-binpack", "b-half")]
    [InlineData("borg-hybrid", "b-half")]
    [InlineData("image-locality", "c-skewed")]
    [InlineData("spread", "c-skewed")]
    [InlineData("zone-spread", "c-skewed")]
    public void Ranker_Alone_ChoosesItsHost(string ranker, string host)
    {
        var snapshot = Of(
            Host("a-empty") with { RunQueue = 0, Zone = "1" }, Host("b-half") with { RunQueue = 1, Zone = "1" },
            Host("c-skewed") with { RunQueue = 1, Images = ["img"], Zone = "2" }) with
        {
            Containers = [Container("c1", "other", "b-half", 2000, 2048), Container("c2", "third", "c-skewed", 3000, 128)],
            Policy = new ClusterPolicy { Rankers = [new RankerWeight(ranker, 1)], SampleSize = 0 },
            Pending = [Request("r", "x") with { Image = "img" }],
        };
        if (ranker is "spread" or "zone-spread")
            snapshot = snapshot with { Containers = [Container("c3", "x", "a-empty"), Container("c4", "x", "b-half")] };
        Assert.Equal(host, Placer.Plan(snapshot).Value.Placements.Single().Host);
    }

    [Fact]
    public void Rankers_All_HaveNamesOfTheirOwn() => Assert.Equal(Rankers.All.Count, Rankers.All.Select(r => r.Name).Distinct().Count());
}
