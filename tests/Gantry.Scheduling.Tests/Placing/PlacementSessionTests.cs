using CsCheck;
using Gantry.Scheduling.Model;
using Gantry.Scheduling.Placing;
using static Gantry.Scheduling.Tests.Clusters;

namespace Gantry.Scheduling.Tests.Placing;

public sealed class PlacementSessionTests
{
    [Fact]
    public void Place_KeptScores_ChooseAsWellAsAFullScan() => Clusters.Any.Sample(snapshot =>
    {
        snapshot = snapshot with { Policy = snapshot.Policy with { SampleSize = 0 } };
        var kept = PlacementSession.Open(snapshot).Value;
        var fresh = PlacementSession.Open(snapshot).Value;
        // Two requests in turns, so that each tree has to catch up with the other's placements.
        foreach (var request in Enumerable.Repeat(snapshot.Pending.Take(2), 4).SelectMany(p => p))
        {
            var decision = kept.Place(request);
            var again = PlacementSession.Open(snapshot).Value;
            foreach (var (earlier, host) in _history) again.Occupy(earlier, host);
            var expected = again.Place(request);
            Assert.Equal(expected.IsPlaced, decision.IsPlaced);
            Assert.Equal(expected.Score, decision.Score, 9);
            if (decision.IsPlaced) _history.Add((request, decision.Host));
        }

        _history.Clear();
    }, iter: 2000, threads: 1);

    private readonly List<(PlacementRequest, int)> _history = [];

    /// <summary>A request comes after its session was opened: what the rules of a snapshot would have refused is named here too, and takes no place.</summary>
    [Theory]
    [InlineData(1, "500", 0, "Request r's limits has 1 numbers for 2 resources")]
    [InlineData(1, "500 1 1", 0, "Request r's limits has 3 numbers for 2 resources")]
    [InlineData(1, "500 -1", 0, "Request r's limits has a negative number")]
    [InlineData(1, "500 9223372036854775807", 0, "Request r's limits has a number that is too large")]
    [InlineData(0, "500 1", 0, "Request r asks for 0 containers")]
    [InlineData(1, "500 1", -1, "Request r allows -1 containers a host")]
    public void Request_ThatCantBeMeant_IsRefusedByName(int count, string limits, int most, string cause)
    {
        var session = PlacementSession.Open(Of(Host("h1"))).Value;
        var request = new PlacementRequest("r", "a", count, [.. limits.Split(' ').Select(long.Parse)]) { Constraints = new PlacementConstraints { MaxPerHost = most } };
        foreach (var use in (Action[])[() => session.Place(request), () => session.Occupy(request, 0), () => session.Release(request, 0), () => session.Explain(request)])
            Assert.StartsWith(cause, Assert.Throws<ArgumentException>(use).Message);
        Assert.Equal((0, 4000), (session.State.Containers[0], session.State.Free[0][0]));
    }

    [Fact]
    public void Place_SampledGroups_KeepTrueScoresAndFindWhateverFits() => Clusters.Any.Sample(snapshot =>
    {
        var session = PlacementSession.Open(snapshot with { Policy = snapshot.Policy with { SampleSize = 1 + snapshot.Policy.SampleSize } }).Value;
        var history = new List<(PlacementRequest Request, int Host)>();
        foreach (var request in Enumerable.Repeat(snapshot.Pending.Take(2), 5).SelectMany(p => p))
        {
            var decision = session.Place(request);
            var again = PlacementSession.Open(snapshot).Value;
            foreach (var (earlier, host) in history) again.Occupy(earlier, host);
            var known = again.Recall(request, out _);
            again.State.Focus(known.App);
            var scores = Enumerable.Range(0, snapshot.Hosts.Count).Select(host => again.Score(known, host)).ToArray();
            Assert.Equal(scores.Any(double.IsFinite), decision.IsPlaced);
            if (!decision.IsPlaced) continue;
            Assert.Equal(scores[decision.Host], decision.Score, 9);
            history.Add((request, decision.Host));
            // One goes away now and then: its host has to be seen as it is.
            if (history.Count % 4 != 0) continue;
            session.Release(history[1].Request, history[1].Host);
            history.RemoveAt(1);
        }
    }, iter: 2000, threads: 1);

    [Fact]
    public void Place_Group_LooksAtItsSampleAndSpreads()
    {
        var session = PlacementSession.Open(Of([.. Enumerable.Range(0, 3000).Select(i => Host($"h{i:0000}"))]) with { Policy = new ClusterPolicy { SampleSize = 20 } }).Value;
        var request = Request("r", "x", 100);
        var decisions = Enumerable.Range(0, 100).Select(_ => session.Place(request)).ToList();
        Assert.All(decisions, d => Assert.InRange(d.Looked, 20, 20 + decisions.Count));
        Assert.Equal(100, decisions.Select(d => d.Host).Distinct().Count());
    }

    [Fact]
    public void Place_MoreThanTheSampleHolds_GoesOnElsewhere()
    {
        var session = PlacementSession.Open(Of([.. Enumerable.Range(0, 50).Select(i => Host($"h{i:00}", 1000))]) with { Policy = new ClusterPolicy { SampleSize = 2 } }).Value;
        var request = Request("r", "x", 100);
        for (var i = 0; i < 100; i++) Assert.True(session.Place(request).IsPlaced);
        Assert.False(session.Place(request).IsPlaced);
    }

    [Fact]
    public void Release_AfterPlace_GivesTheRoomBack()
    {
        var session = PlacementSession.Open(Of(Host("h1", 500))).Value;
        var request = Request("r", "x");
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(0, session.Place(request).Host);
            Assert.False(session.Place(request).IsPlaced);
            session.Release(request, 0);
        }
    }

    [Fact]
    public void Release_NothingThere_IsAnError()
    {
        var session = PlacementSession.Open(Of(Host("h1"))).Value;
        Assert.Contains("No container of x is on h1", Assert.Throws<ArgumentException>(() => session.Release(Request("r", "x"), 0)).Message);
    }

    [Fact]
    public void Place_Grouped_AllocatesNothing()
    {
        var session = PlacementSession.Open(Of([.. Enumerable.Range(0, 200).Select(i => Host($"h{i}", 64_000, 65_536))])).Value;
        var request = Request("r", "x", cpu: 10, memory: 1);
        for (var i = 0; i < 5000; i++) session.Place(request);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++) session.Place(request);
        // The list of changes doubles now and then; a decision itself makes no garbage.
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 1000, 0, 64);
    }

    [Fact]
    public void Place_Unique_AllocatesLittle()
    {
        var session = PlacementSession.Open(Of([.. Enumerable.Range(0, 200).Select(i => Host($"h{i}", 64_000, 65_536))])).Value;
        var requests = Enumerable.Range(0, 4000).Select(i => Request("r", "x" + i % 7, cpu: 1 + i, memory: 1)).ToArray();
        foreach (var request in requests.AsSpan(0, 2000)) session.Place(request);
        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var request in requests.AsSpan(2000)) session.Place(request);
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 2000, 0, 512);
    }

    [Fact]
    public void Sample_SmallerThanTheCluster_StillFindsTheOnlyHostThatFits()
    {
        var hosts = Enumerable.Range(0, 50).Select(i => Host($"h{i:00}", i == 17 ? 4000 : 100)).ToArray();
        var session = PlacementSession.Open(Of(hosts) with { Policy = new ClusterPolicy { SampleSize = 1 } }).Value;
        Assert.Equal(17, session.Place(Request("r", "x")).Host);
    }
}
