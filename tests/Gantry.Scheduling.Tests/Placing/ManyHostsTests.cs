using CsCheck;
using Gantry.Scheduling.Model;
using Gantry.Scheduling.Placing;
using Gantry.Scheduling.Tests.Support;
using static Gantry.Scheduling.Tests.Clusters;

namespace Gantry.Scheduling.Tests.Placing;

/// <summary>What only shows on more hosts and classes than the small clusters have: trees that catch up host by host, samples that wander on, classes that
/// are forgotten.</summary>
public sealed class ManyHostsTests
{
    /// <summary>Three classes in uneven turns on 48 hosts, with departures: few changes between two questions, so kept scores are mended and not made anew.</summary>
    [Fact]
    public void Scores_KeptOverFewChanges_StayTrue() => Gen.ULong.Sample(seed =>
    {
        var d = new Draw(seed);
        var snapshot = Of([.. Enumerable.Range(0, 48).Select(i => Host($"h{i:00}", 1000 * d.Int(1, 4), 1024 * d.Int(1, 4)))]) with
        {
            Seed = seed,
            Policy = new ClusterPolicy { SampleSize = d.Pick(0, 0, 5, 20), Rankers = [new(d.Pick("best-fit", "worst-fit", "borg-hybrid", "least-allocated"), 1), new("spread", d.Pick(0.1, 1))] },
        };
        var (session, plain) = (PlacementSession.Open(snapshot).Value, new PlainPlacement(snapshot));
        PlacementRequest[] requests = [Request("r0", "a", 1, 250, 256), Request("r1", "b", 1, 500, 256), Request("r2", "a", 1, 250, 768) with { Constraints = new PlacementConstraints { MaxPerHost = 2 } }];
        var placed = new List<(PlacementRequest, int)>();
        for (var step = 0; step < 60; step++)
        {
            var request = d.Pick(requests[0], requests[0], requests[0], requests[1], requests[2]);
            var scores = Enumerable.Range(0, 48).Select(h => plain.Score(request, h)).ToList();
            var decision = session.Place(request);
            Assert.Equal(scores.Exists(s => s is not null), decision.IsPlaced);
            if (!decision.IsPlaced) continue;
            Assert.Equal(scores[decision.Host]!.Value, decision.Score, 9);
            if (snapshot.Policy.SampleSize == 0) Assert.Equal(scores.Max()!.Value, decision.Score, 9);
            Assert.InRange(scores.Count(s => s > decision.Score + 1e-9), 0, 48 - decision.Looked);
            plain.Place(request, decision.Host);
            placed.Add((request, decision.Host));
            if (!d.Once(4)) continue;
            var (gone, host) = d.Pick([.. placed]);
            placed.Remove((gone, host));
            plain.Release(gone, host);
            session.Release(gone, host);
        }
    }, iter: 8);

    /// <summary>A thousand classes in turns, of which 256 are kept: whatever was forgotten is worked out anew.</summary>
    [Fact]
    public void Classes_MoreThanAreKept_ChooseAsAFreshSession()
    {
        var snapshot = Of([.. Enumerable.Range(0, 30).Select(i => Host($"h{i:00}", 100_000, 100_000))]) with { Policy = new ClusterPolicy { SampleSize = 0, Rankers = [new("worst-fit", 1), new("spread", 1)] } };
        var (session, fresh) = (PlacementSession.Open(snapshot).Value, PlacementSession.Open(snapshot).Value);
        for (var round = 0; round < 2; round++)
            for (var i = 0; i < 1000; i++)
            {
                // The same request to the one, a copy that it was never asked before to the other: its count makes it a class of its own.
                var request = Request("r", $"a{i % 40}", 1, 10 + i % 25, 1);
                var (kept, scanned) = (session.Place(request), fresh.Place(request with { Count = 2 + round * 1000 + i }));
                Assert.Equal(scanned.Score, kept.Score, 9);
                fresh.Release(request, scanned.Host);
                fresh.Occupy(request, kept.Host);
            }
    }

    /// <summary>What differs in one thing only is another class: each is asked twice in turns and gets the host that is its own.</summary>
    [Fact]
    public void Classes_ThatDifferInOneThing_AreNotConfused()
    {
        var snapshot = Of(
            Host("h0") with { Zone = "x", Labels = new Dictionary<string, string> { ["l"] = "1" }, Class = "big", Images = ["img"] },
            Host("h1") with { Zone = "y", Volumes = ["v"] }, Host("h2") with { Zone = "z", DedicatedTo = "o1" }) with
        {
            Policy = new ClusterPolicy { SampleSize = 0, Rankers = [new("image-locality", 10), new("first-fit", -1)] },
        };
        var plain = Request("r", "a", 1, 1, 1);
        (PlacementRequest Request, string Host)[] all =
        [
            (plain, "h1"), (plain with { Image = "img" }, "h0"), (plain with { Volume = "v", Image = "img" }, "h1"), (plain with { Owner = "o1" }, "h2"),
            (plain with { Owner = "o1", Constraints = new PlacementConstraints { Zones = ["x"] } }, "h0"), (plain with { Constraints = new PlacementConstraints { Zones = ["x", "z"] } }, "h0"),
            (plain with { Constraints = new PlacementConstraints { Zones = ["y", "z"] } }, "h1"), (plain with { Constraints = new PlacementConstraints { Classes = ["big"] } }, "h0"),
            (plain with { Constraints = new PlacementConstraints { Labels = new Dictionary<string, string> { ["l"] = "1" } } }, "h0"),
            (plain with { Constraints = new PlacementConstraints { Labels = new Dictionary<string, string> { ["l"] = "2" } } }, ""),
            (plain with { Owner = "o1", Constraints = new PlacementConstraints { DedicatedOnly = true } }, "h2"), (plain with { Constraints = new PlacementConstraints { DedicatedOnly = true } }, ""),
        ];
        var session = PlacementSession.Open(snapshot).Value;
        for (var round = 0; round < 3; round++)
            foreach (var (request, host) in all)
            {
                var decision = session.Place(request);
                Assert.Equal(host, decision.IsPlaced ? snapshot.Hosts[decision.Host].Id : "");
                if (decision.IsPlaced) session.Release(request, decision.Host);
            }
    }

    /// <summary>A request that comes once looks no further than its sample, and at each host once where fewer fit.</summary>
    [Theory]
    [InlineData(3, 10, 3, 3)]
    [InlineData(10, 10, 10, 10)]
    [InlineData(0, 10, 10, 10)]
    [InlineData(50, 10, 10, 10)]
    [InlineData(3, 2, 2, 10)]
    public void Sample_OfARequestSeenOnce_EndsWhereItIsWhole(int sample, int open, int fitting, int looked)
    {
        var snapshot = Of([.. Enumerable.Range(0, 10).Select(i => Host($"h{i}") with { State = i < open ? HostState.Ready : HostState.Draining })]) with { Policy = new ClusterPolicy { SampleSize = sample } };
        var decision = PlacementSession.Open(snapshot).Value.Place(Request("r", "a"));
        Assert.Equal((fitting, looked), (decision.Fitting, decision.Looked));
        Assert.Equal(Decision.None, PlacementSession.Open(snapshot).Value.Place(Request("r", "a", cpu: 9000)));
    }

    /// <summary>Of equal hosts the one that was looked at first, and the seed says which that is: a sample of one shows it.</summary>
    [Fact]
    public void Tie_OfEqualHosts_GoesToTheFirstLookedAt()
    {
        var equal = Of([.. Enumerable.Range(0, 50).Select(i => Host($"h{i:00}"))]);
        int Host0(ulong seed, int sample) => PlacementSession.Open(equal with { Seed = seed, Policy = new ClusterPolicy { SampleSize = sample } }).Value.Place(Request("r", "a")).Host;
        for (ulong seed = 0; seed < 20; seed++) Assert.Equal(Host0(seed, 1), Host0(seed, 0));
        Assert.True(Enumerable.Range(0, 20).Select(s => Host0((ulong)s, 0)).Distinct().Count() > 10);
    }

    /// <summary>A ranker that looks beyond its host keeps no scores, whatever stands beside it: each one of a group goes to the other zone.</summary>
    [Fact]
    public void Scores_WhereOneRankerLooksAtOtherHosts_AreNotKept()
    {
        var snapshot = Of([.. Enumerable.Range(0, 6).Select(i => Host($"h{i}") with { Zone = i < 3 ? "x" : "y" })]) with
        {
            Policy = new ClusterPolicy { SampleSize = 0, Rankers = [new("zone-spread", 1), new("first-fit", 0.01)] },
        };
        var session = PlacementSession.Open(snapshot).Value;
        var request = Request("r", "a", 6, 1, 1);
        Assert.Equal([0, 3, 0, 3, 0, 3], Enumerable.Range(0, 6).Select(_ => session.Place(request).Host));
    }

    /// <summary>Owners differ where a host is somebody's: what is open to one is not to the other, though they ask for the same.</summary>
    [Fact]
    public void Classes_OfTwoOwners_SeeTheirOwnHosts()
    {
        var session = PlacementSession.Open(Of(Host("h0") with { DedicatedTo = "o" }, Host("h1") with { DedicatedTo = "p" })).Value;
        Assert.Equal([0, 1, -1], new[] { "o", "p", "q" }.Select(owner => session.Place(Request("r", "a", 1, 1, 1) with { Owner = owner }).Host));
    }

    /// <summary>Each of ten classes begins to look at a host of its own, else all would meet on the first ones.</summary>
    [Fact]
    public void Samples_OfManyClasses_BeginAtDifferentHosts()
    {
        var session = PlacementSession.Open(Of([.. Enumerable.Range(0, 200).Select(i => Host($"h{i:000}", 100_000, 100_000))]) with { Policy = new ClusterPolicy { SampleSize = 4, Rankers = [new("spread", 1)] } }).Value;
        var hosts = new HashSet<int>();
        foreach (var i in Enumerable.Range(0, 10))
            for (var n = 0; n < 2; n++) hosts.Add(session.Place(Request("r", $"a{i}", 1, 1, 1)).Host);
        Assert.InRange(hosts.Count, 15, 20);
    }
}
