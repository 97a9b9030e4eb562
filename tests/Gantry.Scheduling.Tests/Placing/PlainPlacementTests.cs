using CsCheck;
using Gantry.Scheduling.Model;
using Gantry.Scheduling.Placing;
using Gantry.Scheduling.Tests.Support;

namespace Gantry.Scheduling.Tests.Placing;

/// <summary>The session with its caches, trees, samples and increments against a placement that has none of them.</summary>
public sealed class PlainPlacementTests
{
    private const int Cases = 3000;

    [Fact]
    public void Place_AnyClusterRankersAndRules_ChoosesAsThePlainOne() => PlacementClusters.Any.Sample(ChoosesAsThePlainOne, iter: Cases);

    [Fact]
    public void Place_AnyPredictor_ChoosesAsThePlainOne() => PlacementClusters.Measured.Sample(ChoosesAsThePlainOne, iter: 1000);

    /// <summary>Requests in turns, so that each sees the others' places; one goes away now and then.</summary>
    private static void ChoosesAsThePlainOne(ClusterSnapshot snapshot)
    {
        var (session, plain) = (PlacementSession.Open(snapshot).Value, new PlainPlacement(snapshot));
        var placed = new List<(PlacementRequest Request, int Host)>();
        foreach (var (request, round) in Rounds(snapshot))
        {
            var scores = Enumerable.Range(0, plain.Hosts.Count).Select(h => plain.Score(request, h)).ToList();
            Assert.Equal(Parts(plain.Explain(request)), Parts(session.Explain(request)));
            var decision = session.Place(request);
            Assert.Equal(scores.Exists(s => s is not null), decision.IsPlaced);
            if (!decision.IsPlaced) continue;
            Near(scores.Max()!.Value, decision.Score);
            Near(scores[decision.Host]!.Value, decision.Score);
            Assert.Equal((scores.Count(s => s is not null), plain.Hosts.Count), (decision.Fitting, decision.Looked));
            placed.Add((request, decision.Host));
            plain.Place(request, decision.Host);
            if (placed.Count % 3 != 0) continue;
            var (first, host) = placed[round % placed.Count];
            session.Release(first, host);
            plain.Release(first, host);
            placed.RemoveAt(round % placed.Count);
        }
    }

    [Fact]
    public void Place_AnySample_LooksAtEnoughAndTakesATrueScore() => Gen.Select(PlacementClusters.Any, Gen.Int[1, 7]).Sample((snapshot, sample) =>
    {
        snapshot = snapshot with { Policy = snapshot.Policy with { SampleSize = sample } };
        var (session, plain) = (PlacementSession.Open(snapshot).Value, new PlainPlacement(snapshot));
        foreach (var (request, _) in Rounds(snapshot))
        {
            var scores = Enumerable.Range(0, plain.Hosts.Count).Select(h => plain.Score(request, h)).ToList();
            var fitting = scores.Count(s => s is not null);
            var decision = session.Place(request);
            Assert.Equal(fitting > 0, decision.IsPlaced);
            if (!decision.IsPlaced) continue;
            Near(scores[decision.Host]!.Value, decision.Score);
            Assert.InRange(decision.Fitting, Math.Min(sample, fitting), fitting);
            Assert.InRange(decision.Looked, decision.Fitting, plain.Hosts.Count);
            // The best of those looked at: at most so many are better as were not looked at.
            Assert.InRange(scores.Count(s => s > decision.Score + 1e-6), 0, plain.Hosts.Count - decision.Looked);
            if (sample >= plain.Hosts.Count) Near(scores.Max()!.Value, decision.Score);
            plain.Place(request, decision.Host);
        }
    }, iter: 4000);

    /// <summary>What was counted up and down equals what a new state counts from a snapshot in which all of it already runs.</summary>
    [Fact]
    public void State_AfterAnyPlacesAndDepartures_EqualsOneBuiltAnew() => PlacementClusters.Any.Sample(snapshot =>
    {
        var session = PlacementSession.Open(snapshot).Value;
        var placed = new List<(PlacementRequest Request, int Host)>();
        var random = new SeededRandom(snapshot.Seed);
        for (var step = 0; step < 30; step++)
        {
            var request = snapshot.Pending[random.Next(snapshot.Pending.Count)];
            switch (random.Next(3))
            {
                case 0 when session.Place(request) is { IsPlaced: true } decision:
                    placed.Add((request, decision.Host));
                    break;
                case 1:
                    placed.Add((request, random.Next(snapshot.Hosts.Count)));
                    session.Occupy(request, placed[^1].Host);
                    break;
                case 2 when placed.Count > 0:
                    var at = random.Next(placed.Count);
                    session.Release(placed[at].Request, placed[at].Host);
                    placed.RemoveAt(at);
                    break;
            }
        }

        var after = snapshot with
        {
            Containers = [.. snapshot.Containers, .. placed.Select((p, i) => new ContainerSnapshot($"p{i:00}", p.Request.App, session.Hosts[p.Host].Id, p.Request.Limits))],
        };
        AssertSame(new ClusterState(after.Canonical()), session.State, snapshot.Pending.Select(p => p.App).Distinct());
    }, iter: 4000);

    private static void AssertSame(ClusterState expected, ClusterState actual, IEnumerable<string> apps)
    {
        Assert.Equal(expected.Promisable, actual.Promisable);
        Assert.Equal(expected.Free, actual.Free);
        Assert.Equal(expected.Containers, actual.Containers);
        foreach (var app in apps)
        {
            var (fresh, kept) = (expected.App(app), actual.App(app));
            Assert.Equal(expected.HostsOf(fresh).Order(), actual.HostsOf(kept).Order());
            expected.Focus(fresh);
            actual.Focus(kept);
            Assert.Equal(expected.Own, actual.Own);
            Assert.Equal(Enumerable.Range(0, expected.Hosts.Length).Select(h => expected.Count(fresh, h)), actual.Own);
        }
    }

    /// <summary>Several apps that may not share a host are told in the order of numbers that only the session knows.</summary>
    private static IEnumerable<string> Parts(string explanation) => Said.Plainly(explanation).Split([": ", ", "], StringSplitOptions.None).Order();

    private static IEnumerable<(PlacementRequest Request, int Round)> Rounds(ClusterSnapshot snapshot) =>
        Enumerable.Range(0, 4).SelectMany(round => snapshot.Canonical().Pending.Select(request => (request, round)));

    private static void Near(double expected, double actual) => Assert.Equal(expected, actual, 1e-9 * (1 + Math.Abs(expected)));
}
