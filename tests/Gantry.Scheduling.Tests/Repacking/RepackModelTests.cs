using Gantry.Scheduling.Model;
using Gantry.Scheduling.Profiles;
using Gantry.Scheduling.Repacking;
using static Gantry.Scheduling.Tests.Clusters;

namespace Gantry.Scheduling.Tests.Repacking;

/// <summary>What a repacking computes before it begins: scarcity, sizes, doors, bounds, and the lanes that loads are summed in.</summary>
public sealed class RepackModelTests
{
    private static RepackModel Model(ClusterSnapshot snapshot) => new(snapshot.Canonical(), new RepackOptions());

    /// <summary>A quarter of all cpu and an eighth of all memory are wanted: cpu is twice as scarce. A container's size is its share of each, by that weight.</summary>
    [Fact]
    public void Weight_OfAResource_IsItsPartOfWhatIsWanted()
    {
        var model = Model(Of(Host("h1"), Host("h2")) with { Containers = [Container("a", "a", "h1", 1500, 1024), Container("b", "b", "h2", 500, 0)] });
        Assert.Equal(2 / 3.0, model.Weight[0], 12);
        Assert.Equal(1 / 3.0, model.Weight[1], 12);
        Assert.Equal(2 / 3.0 * (1500 / 8000.0) + 1 / 3.0 * (1024 / 8192.0), model.KindAt(0).Size, 12);
        Assert.Equal(2 / 3.0 * (500 / 8000.0), model.KindAt(1).Size, 12);
    }

    /// <summary>The strictest container of an app binds all of it, whichever comes first; one without a bound binds nothing.</summary>
    [Theory]
    [InlineData(1, 2, 1)]
    [InlineData(2, 1, 1)]
    [InlineData(0, 2, 2)]
    [InlineData(3, 0, 3)]
    [InlineData(0, 0, 0)]
    public void MostOfApp_OfTwoBounds_IsTheStricter(int first, int second, int most)
    {
        ContainerSnapshot With(string id, int bound) => Container(id, "a", "h1", 1, 1) with { Constraints = new PlacementConstraints { MaxPerHost = bound } };
        var model = Model(Of(Host("h1")) with { Containers = [With("c1", first), With("c2", second)] });
        Assert.Equal(most, model.MostOfApp[model.KindAt(0).App]);
    }

    /// <summary>A dedicated host is open to its owner's and closed to others who ask for the same.</summary>
    [Fact]
    public void Open_WhereAHostIsSomebodys_DiffersByOwner()
    {
        var model = Model(Of(Host("h1") with { DedicatedTo = "o" }, Host("h2")) with
        {
            Containers = [Container("a", "a", "h1") with { Owner = "o" }, Container("b", "b", "h2") with { Owner = "p" }, Container("c", "c", "h2") with { Owner = "o", Volume = "v" }],
        });
        Assert.Equal([true, true], model.KindAt(0).Open);
        Assert.Equal([false, true], model.KindAt(1).Open);
        Assert.Equal([false, false], model.KindAt(2).Open);
    }

    /// <summary>Nine tenths of the limits are reserved under "borg-default": 990 of 1100 fit a host of 1000, 1008 of 1120 do not.</summary>
    [Theory]
    [InlineData(500, true)]
    [InlineData(520, false)]
    public void BorgDefault_NineTenthsOfTheLimits_BoundsWhatFits(long second, bool freed)
    {
        var snapshot = Of(Host("h1", 1000), Host("h2", 1000)) with
        {
            Containers = [Container("a", "a", "h1", 600, 1), Container("b", "b", "h2", second, 1)],
            Policy = new ClusterPolicy { Predictor = "borg-default" },
        };
        Assert.Equal(freed ? 1 : 0, ClusterRepack.Plan(snapshot, new RepackOptions()).Value.Report.Freed.Count);
    }

    /// <summary>Five lanes for each of three resources, the curves of two after them, and none of them twice.</summary>
    [Fact]
    public void Lanes_OfThreeResources_AreApart()
    {
        var day = new ProfileSnapshot([]) { Daily = [1, 2, 3, 4, 5] };
        var snapshot = new ClusterSnapshot
        {
            Resources = ["cpu", "memory", "disk"],
            Hosts = [new HostSnapshot("h", [1, 1, 1])],
            Containers = [new ContainerSnapshot("c", "a", "h", [1, 1, 1]) { Profiles = [day, null, day] }],
        };
        var layout = new LaneLayout(snapshot);
        Assert.Equal((5, 8, -1), (layout.Points, layout.Stride, layout.Curve(1)));
        List<int> lanes =
        [
            .. Enumerable.Range(0, 3).SelectMany(r => (int[])[LaneLayout.Limit(r), layout.Unmeasured(r), layout.Mean(r), layout.Variance(r), layout.Flat(r)]),
            .. Enumerable.Range(layout.Curve(0), layout.Stride), .. Enumerable.Range(layout.Curve(2), layout.Stride),
        ];
        Assert.Equal(lanes.Count, lanes.Distinct().Count());
        Assert.All(lanes, l => Assert.InRange(l, 0, layout.Length - 1));
        // Curves begin at whole vectors, and nothing is longer than it must be.
        Assert.Equal((16, 24, 32), (layout.Curve(0), layout.Curve(2), layout.Length));
    }

    /// <summary>A gigabyte squared is more than a whole double holds: it is counted in units of the largest host's memory.</summary>
    [Fact]
    public void Variance_OfMemory_KeepsItsScale()
    {
        const double Gigabyte = 1L << 30;
        var container = Container("c", "a", "h1", 1000, 4096) with { Profiles = [null, new ProfileSnapshot([.. Enumerable.Range(0, 40).Select(i => i % 2 == 0 ? 0f : 2f * (1L << 30))])] };
        var layout = new LaneLayout(Of(Host("h1", 4000, 64 * 1024)) with { Containers = [container] });
        var lanes = layout.Of(container);
        Assert.Equal(Gigabyte, lanes[layout.Mean(1)]);
        Assert.Equal(1, layout.ToVariance(1, lanes[layout.Variance(1)]) / (Gigabyte * Gigabyte), 6);
        Assert.True(lanes[layout.Variance(1)] < Gigabyte);
    }

    /// <summary>Beyond 2^50 a sum would not be exact: what is more counts as that.</summary>
    [Fact]
    public void Lanes_OfAbsurdNumbers_AreCutOff()
    {
        var absurd = Container("c", "a", "h1") with { Limits = [1L << 52, 1], Profiles = [new ProfileSnapshot([.. Enumerable.Repeat(float.MaxValue, 40)]), null] };
        var layout = new LaneLayout(Of(Host("h1")) with { Containers = [absurd] });
        var lanes = layout.Of(absurd);
        Assert.Equal((1L << 50, 1L << 50, 1L << 50), (lanes[LaneLayout.Limit(0)], lanes[layout.Mean(0)], lanes[layout.Flat(0)]));
    }

    /// <summary>A short window beside a whole day: the curve is the day, the mean what was used lately.</summary>
    [Fact]
    public void Lanes_OfADayAndAShortWindow_TakeEachForItsOwn()
    {
        var container = Container("c", "a", "h1", 1000, 1) with { Profiles = [new ProfileSnapshot([5]) { Daily = [100, 200] }, null] };
        var layout = new LaneLayout(Of(Host("h1")) with { Containers = [container] });
        var lanes = layout.Of(container);
        Assert.Equal((5, 0, 0), (lanes[layout.Mean(0)], lanes[layout.Variance(0)], lanes[layout.Unmeasured(0)]));
        Assert.Equal([100, 200, 0, 0], lanes.AsSpan(layout.Curve(0), 4).ToArray());
    }

    private static (RepackWork Work, Homing Homing) Homeless(ulong seed, params ContainerSnapshot[] containers)
    {
        var model = new RepackModel((Of(Host("h1"), Host("h2", 1000)) with { Containers = containers }).Canonical(), new RepackOptions { Safety = 1 });
        var work = new RepackWork(new RepackState(model, model.Origin), 1_000_000);
        var homing = new Homing(work, [0, 1], seed);
        for (var c = 0; c < model.Origin.Length; c++)
            if (model.Origin[c] < 0) homing.Add(c);
        return (work, homing);
    }

    /// <summary>What fits nowhere is given back and the rest placed; without steps all of it is given back.</summary>
    [Fact]
    public void ForMost_OfThree_PlacesWhatItCan()
    {
        ContainerSnapshot[] three = [Container("a", "a", "", 3000, 0), Container("b", "b", "", 5000, 0), Container("c", "c", "", 500, 0)];
        var (work, homing) = Homeless(1, three);
        Assert.Equal([1], homing.RunForMost(100_000));
        Assert.Equal([0, -1, 0], work.State.HostOf);
        Assert.Equal([0, 1, 2], Homeless(1, three).Homing.RunForMost(0).Order());
        Assert.False(Homeless(1, three).Homing.Run(0));
        Assert.False(Homeless(1, three).Homing.Run(100_000));
        Assert.True(Homeless(1, three[0], three[2]).Homing.Run(100_000));
    }

    /// <summary>3500 fit on the first host only when the 1000 that is there goes, and that fits on the second. Hosts are drawn, so not every seed looks at the first.</summary>
    [Fact]
    public void Ejection_OfASmallerOne_MakesRoom()
    {
        var found = 0;
        for (ulong seed = 0; seed < 20; seed++)
        {
            var (work, homing) = Homeless(seed, Container("big", "b", "", 3500, 0), Container("small", "s", "h1", 1000, 0));
            if (!homing.Run(100_000)) continue;
            found++;
            Assert.Equal([0, 1], work.State.HostOf);
        }

        Assert.InRange(found, 10, 20);
        // Who may not move makes no room.
        Assert.False(Homeless(1, Container("big", "b", "", 3500, 0), Container("small", "s", "h1", 1000, 0) with { Movable = false }).Homing.Run(100_000));
    }

    /// <summary>What has no place yet, the largest first, each where it leaves the least room; of equals the first host.</summary>
    [Fact]
    public void Fill_ByHand_IsBestFitAndGivesBackTheRest()
    {
        var model = new RepackModel((Of(Host("h1", 4000, 100), Host("h2", 2000, 100), Host("h3", 2000, 100)) with
        {
            Containers = [.. ((long[])[3000, 1500, 900, 700, 2000, 5000]).Select((cpu, i) => Container($"c{i}", $"a{i}", "", cpu, 0))],
        }).Canonical(), new RepackOptions { Safety = 1 });
        var work = new RepackWork(new RepackState(model, model.Origin), 0);
        var homing = new Homing(work, [0, 1, 2], 1);
        for (var c = 0; c < model.Origin.Length; c++) homing.Add(c);
        // 5000 fits nowhere; 3000 on h1; 2000 fills h2; 1500 on h3; 900 beside 3000; 700 finds 100, 0 and 500 left.
        Assert.Equal([5, 3], homing.Fill());
        Assert.Equal([0, 2, 0, -1, 1, -1], work.State.HostOf);
        Assert.Equal((1, 0), (work.Kept, work.Mark));
    }
}
