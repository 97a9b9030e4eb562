using System.Text.RegularExpressions;
using CsCheck;
using Gantry.Scheduling.Model;
using Gantry.Scheduling.Repacking;
using Gantry.Scheduling.Tests.Support;

namespace Gantry.Scheduling.Tests.Repacking;

/// <summary>What a repacking says about hosts that it keeps is true of the cluster as the plan leaves it, by the checker's word and not the search's.</summary>
public sealed partial class RefusalTruthTests
{
    [Fact]
    public void Kept_Host_IsKeptForTheReasonGiven() => Gen.Select(RepackClusters.Any, RepackClusters.Options).Sample((snapshot, options) =>
    {
        (snapshot, options) = (EvenClusters.Of(snapshot), options with { MaxMovedShare = 1 });
        var plan = ClusterRepack.Plan(snapshot, options).Value;
        var after = RepackClusters.After(snapshot, plan.Plan.Waves);
        Assert.InRange(plan.Report.WorstRefusals.Count, 0, 10);
        foreach (var refusal in plan.Report.WorstRefusals.Where(r => snapshot.Hosts.Any(h => h.Id == r.Subject))) AssertTrue(after, options, refusal);
    }, iter: 2000);

    private static void AssertTrue(ClusterSnapshot after, RepackOptions options, RepackRefusal refusal)
    {
        var there = after.Containers.Where(c => c.Host == refusal.Subject).ToList();
        var others = after.Hosts.Where(h => h.Id != refusal.Subject && after.Containers.Any(c => c.Host == h.Id)).ToList();
        var why = Assert.Single(Said().Matches(refusal.Explanation)).Groups;
        Assert.Equal((refusal.Subject, there.Count), (why["host"].Value, int.Parse(why["count"].Value)));
        bool CanGo(ContainerSnapshot c, HostSnapshot to)
        {
            MoveWave[] one = [new([new Move(c.Id, c.Host, to.Id, "")], 0)];
            return RepackChecker.Violations(after, options, one).Count == 0 && !PlainRepack.TooRisky(after, options, one).Any();
        }

        if (why["alone"].Success) Assert.Empty(others);
        else if (why["volume"].Success) Assert.Contains(there, c => c.Id == why["pinned"].Value && c.Volume == why["volume"].Value && !options.StopTheWorld);
        else if (why["fixed"].Success) Assert.Contains(there, c => c.Id == why["fixed"].Value && !c.Movable);
        else if (why["stuck"].Success)
        {
            var stuck = there.Single(c => c.Id == why["stuck"].Value);
            Assert.Equal(others.Count, int.Parse(why["of"].Value));
            Assert.Equal(others.Count, Counts().Matches(why["reasons"].Value).Sum(m => int.Parse(m.Value)));
            Assert.All(others, host => Assert.False(CanGo(stuck, host), $"{stuck.Id} can go to {host.Id}"));
        }
        else
        {
            Assert.All(there, c => Assert.Contains(others, host => CanGo(c, host)));
        }
    }

    [GeneratedRegex(@"^(?<host>\S+) keeps (?<count>\d+) containers?: ((?<alone>no other host is in use)|(?<pinned>\S+) holds volume (?<volume>\S+), which is .*|(?<fixed>\S+) must not be moved now|for (?<stuck>\S+), 0 of (?<of>\d+) other hosts in use: (?<reasons>.*)|each of them fits elsewhere, but .*)\.$", RegexOptions.ExplicitCapture)]
    private static partial Regex Said();

    /// <summary>The number that begins each reason; reasons hold commas only before such a number.</summary>
    [GeneratedRegex(@"(?<=^|, )\d+(?= )")]
    private static partial Regex Counts();

    /// <summary>Hosts that drain come first, then the emptiest; not more than ten.</summary>
    [Fact]
    public void Refusals_OfManyHosts_AreTheTenEmptiestAfterThoseThatDrain()
    {
        var hosts = Enumerable.Range(0, 14).Select(i => Clusters.Host($"h{i:00}") with { State = i == 13 ? HostState.Draining : HostState.Ready });
        var containers = Enumerable.Range(0, 14).Select(i => Clusters.Container($"c{i:00}", $"a{i}", $"h{i:00}", 3900 - 10 * i, 64) with { Movable = false });
        var report = ClusterRepack.Plan(Clusters.Of([.. hosts]) with { Containers = [.. containers] }, new RepackOptions()).Value.Report;
        Assert.Equal(["h13", .. Enumerable.Range(0, 9).Select(i => $"h{12 - i:00}")], report.WorstRefusals.Select(r => r.Subject));
    }
}
