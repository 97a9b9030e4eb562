using CsCheck;
using Gantry.Scheduling.Model;
using Gantry.Scheduling.Profiles;
using Gantry.Scheduling.Repacking;
using static Gantry.Scheduling.Tests.Clusters;

namespace Gantry.Scheduling.Tests.Repacking;

/// <summary>The counters of the search against a count from the beginning.</summary>
public sealed class RepackStateTests
{
    private static RepackModel Model(ClusterSnapshot snapshot, RepackOptions options) => new(snapshot.Canonical(), options);

    [Fact]
    public void State_AfterAnyMoves_EqualsANewCount() => Gen.Select(RepackClusters.Any, RepackClusters.Options, Gen.ULong).Sample((snapshot, options, seed) =>
    {
        var model = Model(snapshot, options);
        var state = new RepackState(model, model.Origin);
        var random = new SeededRandom(seed);
        for (var i = 0; i < 60; i++) state.Move(random.Next(model.KindOf.Length), random.Next(model.Hosts.Length + 1) - 1);
        var fresh = new RepackState(model, state.HostOf);
        for (var h = 0; h < model.Hosts.Length; h++)
        {
            Assert.Equal(fresh.Lanes(h).ToArray(), state.Lanes(h).ToArray());
            Assert.Equal(fresh.Containers(h).ToArray().Order(), state.Containers(h).ToArray().Order());
            Assert.Equal(fresh.Room(h), state.Room(h));
            Assert.Equal(fresh.Risk(h), state.Risk(h));
            foreach (var kind in model.Kinds) Assert.Equal(fresh.WhyNot(kind, h), state.WhyNot(kind, h));
        }

        Assert.Equal(RepackCost.Imbalance(fresh), RepackCost.Imbalance(state));
        Assert.Equal(RepackCost.Convex(fresh), RepackCost.Convex(state));
        Assert.Equal(RepackCost.Hosts(fresh), RepackCost.Hosts(state));
    }, iter: 3000);

    /// <summary>The quick answer, the explained one, and the answer of a cluster that was really changed are one.</summary>
    [Fact]
    public void Fits_WithoutOne_EqualsTheAnswerWhenItIsGone() => Gen.Select(RepackClusters.Any, RepackClusters.Options).Sample((snapshot, options) =>
    {
        var model = Model(snapshot, options);
        var state = new RepackState(model, model.Origin);
        for (var h = 0; h < model.Hosts.Length; h++)
        {
            foreach (var kind in model.Kinds) Assert.Equal(state.WhyNot(kind, h) is null, state.Fits(kind, h));
            foreach (var leaving in state.Containers(h).ToArray())
            {
                var answers = model.Kinds.Select(k => state.Fits(k, h, model.KindAt(leaving))).ToList();
                state.Leave(leaving, h);
                Assert.Equal(model.Kinds.Select(k => state.Fits(k, h)), answers);
                state.Enter(leaving, h);
            }
        }
    }, iter: 2000);

    [Fact]
    public void Cost_OfAHostWithOneMoreAndOneLess_EqualsThatOfTheChangedHost() => Gen.Select(RepackClusters.Any, RepackClusters.Options, Gen.ULong).Sample((snapshot, options, seed) =>
    {
        var model = Model(snapshot, options);
        var state = new RepackState(model, model.Origin);
        var random = new SeededRandom(seed);
        for (var h = 0; h < model.Hosts.Length; h++)
        {
            var minus = state.Count(h) == 0 ? -1 : state.Containers(h)[random.Next(state.Count(h))];
            var plus = Array.FindIndex(state.HostOf, at => at != h && at >= 0);
            if (minus < 0 || plus < 0) continue;
            var (convex, vsl) = (RepackCost.Convex(state, h, model.KindAt(plus), model.KindAt(minus)), RepackCost.Vsl(state, h, model.KindAt(plus), model.KindAt(minus)));
            state.Leave(minus, h);
            state.Enter(plus, h);
            Assert.Equal((RepackCost.Convex(state, h, null, null), RepackCost.Vsl(state, h, null, null)), (convex, vsl));
            state.Leave(plus, h);
            state.Enter(minus, h);
        }
    }, iter: 2000);

    [Fact]
    public void Work_TakenBack_LeavesNoTrace() => Gen.Select(RepackClusters.Any, Gen.ULong).Sample((snapshot, seed) =>
    {
        var model = Model(snapshot, new RepackOptions());
        var work = new RepackWork(new RepackState(model, model.Origin), 0);
        var random = new SeededRandom(seed);
        for (var i = 0; i < 10; i++) work.Move(random.Next(model.KindOf.Length), random.Next(model.Hosts.Length));
        var (mark, moved, hosts) = (work.Mark, work.Moved, work.State.HostOf.ToArray());
        Assert.Equal(hosts.Zip(model.Origin).Count(p => p.First != p.Second), moved);
        for (var i = 0; i < 10; i++) work.Move(random.Next(model.KindOf.Length), random.Next(model.Hosts.Length + 1) - 1);
        Assert.Equal(work.State.HostOf.Zip(model.Origin).Count(p => p.First != p.Second), work.Moved);
        work.BackTo(mark);
        Assert.Equal(hosts, work.State.HostOf);
        Assert.Equal(moved, work.Moved);
        work.BackTo(0);
        Assert.Equal((0, true), (work.Moved, model.Origin.SequenceEqual(work.State.HostOf)));
    }, iter: 2000);

    [Fact]
    public void Lanes_OfAContainer_AreWhatWasMeasuredElseItsLimits()
    {
        ContainerSnapshot With(params ProfileSnapshot?[] profiles) => Container("c", "a", "h", 1000, 1) with { Profiles = profiles };
        var day = With(new ProfileSnapshot([]) { Daily = [100.5f, 300, 200] }, null);
        var window = With(new ProfileSnapshot([.. Enumerable.Range(1, 100).Select(i => (float)i)]), null);
        var young = With(new ProfileSnapshot([5, 6, 7]), null);
        var layout = new LaneLayout(Of(Host("h")) with { Containers = [day, window, young] });
        Assert.Equal(3, layout.Points);
        Assert.Equal(-1, layout.Curve(1));
        double[] Curve(ContainerSnapshot c) => [.. layout.Of(c).AsSpan(layout.Curve(0), 4)];
        Assert.Equal([101, 300, 200, 0], Curve(day));
        Assert.Equal([95, 95, 95, 0], Curve(window));
        Assert.Equal([0, 0, 0, 0], Curve(young));
        Assert.Equal((0, 0, 1000), (layout.Of(day)[layout.Unmeasured(0)], layout.Of(window)[layout.Unmeasured(0)], layout.Of(young)[layout.Unmeasured(0)]));
        Assert.Equal((51.0, MB), (layout.Of(window)[layout.Mean(0)], layout.Of(window)[layout.Unmeasured(1)]));
        Assert.Equal(834, layout.ToVariance(0, layout.Of(window)[layout.Variance(0)]), 0);
        // Reserved or measured, whichever is more.
        Assert.Equal([1000, MB], layout.Peaks(layout.Of(day)));
        Assert.Equal(layout.Curve(0) + 1, layout.PeakPoint(layout.Of(day), 0));
    }

    [Fact]
    public void Kinds_OfEqualContainers_AreOne()
    {
        ProfileSnapshot?[] profiles = [new ProfileSnapshot([1]), null];
        var model = Model(Of(Host("h")) with
        {
            Containers =
            [
                Container("a1", "a", "h"), Container("a2", "a", "h"), Container("a3", "a", "h", 501), Container("a4", "a", "h") with { Owner = "o" }, Container("b1", "b", "h"),
                Container("a5", "a", "h") with { Constraints = new PlacementConstraints { MaxPerHost = 1 } }, Container("a6", "a", "h") with { Profiles = profiles },
                Container("a7", "a", "h") with { Profiles = profiles }, Container("a8", "a", "h") with { Volume = "v" },
                // Measured alike, but not the same measurement: nobody compares samples.
                Container("a9", "a", "h") with { Profiles = [new ProfileSnapshot([1]), null] },
            ],
        }, new RepackOptions());
        Assert.Equal(8, model.Kinds.Count);
        Assert.Same(model.KindAt(0), model.KindAt(1));
    }

    [Theory]
    [InlineData(HostState.Draining, "cordoned")]
    [InlineData(HostState.Down, "down")]
    public void WhyNot_ClosedHost_SaysWhy(HostState state, string why) =>
        Assert.Equal(why, WhyNot(Host("h2") with { State = state }, Container("c", "a", "h1")));

    [Fact]
    public void WhyNot_EachRule_HasItsSentence()
    {
        var c = Container("c", "a", "h1");
        Assert.Null(WhyNot(Host("h2"), c));
        Assert.Equal("dedicated to other owners", WhyNot(Host("h2") with { DedicatedTo = "o1" }, c));
        Assert.Equal("not of class big", WhyNot(Host("h2"), c with { Constraints = new PlacementConstraints { Classes = ["big"] } }));
        Assert.Equal("not in zone z", WhyNot(Host("h2"), c with { Constraints = new PlacementConstraints { Zones = ["z"] } }));
        Assert.Equal("do not hold volume v", WhyNot(Host("h2"), c with { Volume = "v" }));
        Assert.Equal("lack 0.5 cores of promisable cpu", WhyNot(Host("h2", 499), c));
        Assert.Equal("lack 512 MB of promisable memory", WhyNot(Host("h2", 500, 511), c));
        Assert.Equal("already run a", WhyNot(Host("h2"), c with { Constraints = new PlacementConstraints { MaxPerHost = 1 } }, Container("d", "a", "h2")));
        Assert.Equal("hold apps that may not share a host with one more of a", WhyNot(Host("h2"), c, Container("d", "b", "h2")));
        ProfileSnapshot?[] busy = [new ProfileSnapshot([]) { Daily = [499, 1] }, null];
        Assert.Equal("would be above the safe share of cpu at a peak", WhyNot(Host("h2", 500), c with { Profiles = busy }));
    }

    private static string? WhyNot(HostSnapshot host, ContainerSnapshot container, params ContainerSnapshot[] others)
    {
        var model = Model(Of(Host("h1"), host) with { Containers = [container, .. others], Interference = [new InterferenceRule("b", "a", 0)] }, new RepackOptions());
        return new RepackState(model, model.Origin).WhyNot(model.KindAt(0), 1);
    }
}
