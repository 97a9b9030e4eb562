using System.Text.RegularExpressions;
using CsCheck;
using Gantry.Scheduling.Model;
using Gantry.Scheduling.Repacking;
using Gantry.Scheduling.Tests.Support;

namespace Gantry.Scheduling.Tests.Repacking;

/// <summary>What a repacking says about what stays: counts that add up, of hosts that are there, in sentences that end.</summary>
public sealed partial class RefusalSumTests
{
    [Fact]
    public void Refusal_OfAnyHost_CountsEveryOtherHostInUseOnce() => Gen.Select(RepackClusters.Any, RepackClusters.Options).Sample((s, options) =>
    {
        var plan = ClusterRepack.Plan(s, options).Value;
        var after = RepackClusters.After(s, plan.Plan.Waves);
        var used = s.Hosts.Where(h => after.Containers.Any(c => c.Host == h.Id)).Select(h => h.Id).ToHashSet();
        Assert.Equal(plan.Report.HostsAfter, used.Count);
        Assert.InRange(plan.Report.WorstRefusals.Count, 0, 10);
        foreach (var (subject, explanation) in plan.Report.WorstRefusals)
        {
            Assert.EndsWith(".", explanation);
            Assert.Contains(subject, s.Hosts.Select(h => h.Id).Concat(s.Containers.Select(c => c.Id)));
            if (used.Contains(subject)) Assert.StartsWith(Keeps(subject, after.Containers.Count(c => c.Host == subject)), explanation);
            if (Counts().Match(explanation) is not { Success: true } counts) continue;
            var parts = counts.Groups["count"].Captures.Select(c => int.Parse(c.Value)).ToList();
            Assert.Equal(used.Count - 1, int.Parse(counts.Groups["all"].Value));
            Assert.Equal(used.Count - 1, parts.Sum());
            // The reason of most hosts comes first.
            Assert.Equal(parts.OrderDescending(), parts);
            // It is about one that is there.
            Assert.Equal(subject, after.Containers.Single(c => c.Id == counts.Groups["container"].Value).Host);
        }
    }, iter: 1500);

    /// <summary>Every host that is to be emptied and is not, is told before any that only could have been, unless there are too many to tell.</summary>
    [Fact]
    public void Refusals_OfHostsThatDrain_ComeFirstAndAllOfThem() => Gen.Select(RepackClusters.Any, RepackClusters.Options).Sample((s, options) =>
    {
        var plan = ClusterRepack.Plan(s, options).Value;
        var after = RepackClusters.After(s, plan.Plan.Waves);
        var left = s.Hosts.Where(h => h.State == HostState.Draining && after.Containers.Any(c => c.Host == h.Id)).Select(h => h.Id).ToHashSet();
        var told = plan.Report.WorstRefusals.Select(r => r.Subject).Where(r => s.Hosts.Any(h => h.Id == r)).ToList();
        if (plan.Report.WorstRefusals.Count < 10) Assert.Subset(told.ToHashSet(), left);
        Assert.Equal(told.Take(Math.Min(left.Count, told.Count)).Order(), left.Order().Where(told.Contains));
        // Hosts that are down are nobody's to free.
        Assert.DoesNotContain(told, t => s.Hosts.Single(h => h.Id == t).State == HostState.Down);
    }, iter: 1200);

    private static string Keeps(string host, int count) => FormattableString.Invariant($"{host} keeps {count} container{(count == 1 ? "" : "s")}: ");

    [GeneratedRegex("^[^ ]+ keeps [0-9]+ containers?: for (?<container>[^ ]+), 0 of (?<all>[0-9]+) other hosts in use: (?:(?<count>[0-9]+) [^,]+?(?:, |[.]$))+$")]
    private static partial Regex Counts();
}
