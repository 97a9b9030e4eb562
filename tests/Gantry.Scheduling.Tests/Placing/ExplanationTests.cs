using System.Text.RegularExpressions;
using CsCheck;
using Gantry.Scheduling.Model;
using Gantry.Scheduling.Placing;
using Gantry.Scheduling.Tests.Support;
using static Gantry.Scheduling.Tests.Clusters;

namespace Gantry.Scheduling.Tests.Placing;

/// <summary>What a refusal says adds up, is true of as many hosts as it says, and is in the words and the order that people know.</summary>
public sealed partial class ExplanationTests
{
    private static readonly PlacementRequest _request = new("r", "web", 1, [1000, 1024 * MB, 1])
    {
        Owner = "o1",
        Volume = "v1",
        Constraints = new PlacementConstraints
        {
            Classes = ["big"],
            Zones = ["x"],
            Labels = new Dictionary<string, string> { ["arch"] = "arm", ["disk"] = "ssd" },
            MaxPerHost = 1,
            DedicatedOnly = true,
        },
    };

    /// <summary>Takes the request.</summary>
    private static readonly HostSnapshot _good = new("h", [4000, 4096 * MB, 2])
    {
        Class = "big",
        Zone = "x",
        DedicatedTo = "o1",
        Labels = new Dictionary<string, string> { ["arch"] = "arm", ["disk"] = "ssd" },
        Volumes = ["v1"],
    };

    /// <summary>Hosts that miss one thing each, in the order in which the filters ask.</summary>
    private static readonly (HostSnapshot Host, string One, string Two)[] _reasons =
    [
        (_good with { State = HostState.Draining }, "1 cordoned", "2 cordoned"),
        (_good with { State = HostState.Down }, "1 down", "2 down"),
        (_good with { DedicatedTo = "o2" }, "1 dedicated to other owners", "2 dedicated to other owners"),
        (_good with { DedicatedTo = "" }, "1 not dedicated to o1", "2 not dedicated to o1"),
        (_good with { Class = "small" }, "1 not of class big", "2 not of class big"),
        (_good with { Zone = "y" }, "1 not in zone x", "2 not in zone x"),
        (_good with { Labels = new Dictionary<string, string> { ["disk"] = "ssd" } }, "1 lacks label arch=arm", "2 lack label arch=arm"),
        (_good with { Labels = new Dictionary<string, string> { ["arch"] = "arm", ["disk"] = "hdd" } }, "1 lacks label disk=ssd", "2 lack label disk=ssd"),
        (_good with { Volumes = ["v2"] }, "1 does not hold volume v1", "2 do not hold volume v1"),
        (_good with { Id = "own" }, "1 already runs web", "2 already run web"),
        (_good with { Id = "foe" }, "1 holds as much of batch as may share a host with web", "2 hold as much of batch as may share a host with web"),
        (_good with { Capacity = [999, 4096 * MB, 2] }, "1 lacks 1 cores of promisable cpu", "2 lack 1 cores of promisable cpu"),
        (_good with { Capacity = [4000, 1023 * MB, 2] }, "1 lacks 1 GB of promisable memory", "2 lack 1 GB of promisable memory"),
        (_good with { Capacity = [4000, 4096 * MB, 0] }, "1 lacks 1 promisable gpu", "2 lack 1 promisable gpu"),
    ];

    /// <summary>Every reason there is, on so many hosts each.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Refusal_OfEveryReason_NamesEachInItsOrder(int each)
    {
        var explanation = Assert.Single(Placer.Plan(Cluster(each)).Value.Refusals).Explanation;
        Assert.Equal($"0 of {14 * each} hosts: {string.Join(", ", _reasons.Select(r => each == 1 ? r.One : r.Two))}", explanation);
    }

    /// <summary>Where one host takes it, the sentence counts that one as fitting and says nothing against it.</summary>
    [Fact]
    public void Explain_WhereOneHostFits_CountsItFirst()
    {
        var session = PlacementSession.Open(Cluster(1) with { Hosts = [.. Cluster(1).Hosts, _good with { Id = "zz" }] }).Value;
        Assert.StartsWith("1 of 15 hosts: 1 cordoned, 1 down, ", session.Explain(_request));
        Assert.Equal("zz", session.Hosts[session.Place(_request).Host].Id);
        Assert.StartsWith("0 of 15 hosts: 1 cordoned, 1 down, ", session.Explain(_request));
        Assert.Contains(", 2 already run web, ", session.Explain(_request));
    }

    private static ClusterSnapshot Cluster(int each)
    {
        var hosts = Enumerable.Range(0, each).SelectMany(n => _reasons.Select((r, i) => r.Host with { Id = $"{r.Host.Id}{i:00}-{n}" })).ToList();
        return new ClusterSnapshot
        {
            Resources = ["cpu", "memory", "gpu"],
            Hosts = hosts,
            Containers =
            [
                .. hosts.Where(h => h.Id[..3] is "own" or "foe").Select(h => new ContainerSnapshot("c" + h.Id, h.Id[..3] == "own" ? "web" : "batch", h.Id, [0, 0, 0])),
            ],
            Interference = [new InterferenceRule("web", "batch", 0)],
            Pending = [_request],
        };
    }

    /// <summary>Each count beside each other: as many as there are hosts; and none of the hosts that fit is among the refusing.</summary>
    [Fact]
    public void Explanation_OfAnyCluster_AddsUp() => Gen.OneOf(PlacementClusters.Any, PlacementClusters.Measured, Any).Sample(s =>
    {
        var session = PlacementSession.Open(s).Value;
        foreach (var request in s.Pending)
        {
            var counts = Counts().Match(session.Explain(request));
            Assert.True(counts.Success, session.Explain(request));
            var parts = counts.Groups["count"].Captures.Select(c => int.Parse(c.Value)).ToList();
            Assert.DoesNotContain(0, parts);
            Assert.Equal(s.Hosts.Count, int.Parse(counts.Groups["all"].Value));
            Assert.Equal(s.Hosts.Count, int.Parse(counts.Groups["fit"].Value) + parts.Sum());
            if (session.Place(request) is { IsPlaced: true } decision) Assert.True(decision.Fitting <= int.Parse(counts.Groups["fit"].Value));
            else Assert.Equal("0", counts.Groups["fit"].Value);
        }
    }, iter: 2000);

    [GeneratedRegex("^(?<fit>[0-9]+) of (?<all>[0-9]+) hosts: (?:(?<count>[0-9]+) [^,]+(?:, |$))*$")]
    private static partial Regex Counts();

    /// <summary>What is refused although others may be displaced: not even all of lower priority on any host would make the room.</summary>
    [Fact]
    public void Refusal_WherePreemptionIsAllowed_IsTrueOfTheDisplacedToo() => Any.Sample(s =>
    {
        var plan = Placer.Plan(s).Value;
        var gone = plan.Evictions.Select(e => e.ContainerId).ToHashSet();
        var requests = s.Pending.ToDictionary(p => p.Id);
        var running = s.Containers.Where(c => !gone.Contains(c.Id)).Select(c => (c.App, c.Host, Limits: c.Limits.ToArray(), c.Id)).ToList();
        running.AddRange(plan.Placements.Select(p => (requests[p.Request].App, p.Host, requests[p.Request].Limits.ToArray(), "")));
        var priority = s.Containers.ToDictionary(c => c.Id, c => c.Priority);
        foreach (var request in plan.Refusals.Select(r => requests[r.Request]))
            foreach (var host in s.Hosts)
            {
                var why = PlacementChecker.WhyNot(s, host, request, running).ToList();
                Assert.NotEmpty(why);
                if (why.Except(s.Resources).Any()) continue;
                // Only room lacks: also when all go that may.
                var left = running.Where(c => c.Id == "" || priority[c.Id] >= request.Priority).ToList();
                Assert.NotEmpty(PlacementChecker.WhyNot(s, host, request, left).Intersect(s.Resources));
            }
    }, iter: 2000);

    /// <summary>Nobody is displaced for nothing: all that go from a host are needed there, as none could have stayed beside what came and stays.</summary>
    [Fact]
    public void Eviction_OfOneRequest_LeavesNobodyOutWhoCouldHaveStayed() => Any.Sample(s =>
    {
        s = s with { Pending = [s.Pending.Count > 0 ? s.Pending[0] with { Count = 1 } : Request("r0", "a")] };
        var plan = Placer.Plan(s).Value;
        var gone = plan.Evictions.Select(e => e.ContainerId).ToHashSet();
        if (gone.Count == 0) return;
        Assert.Empty(plan.Refusals);
        foreach (var one in s.Containers.Where(c => gone.Contains(c.Id)))
        {
            var host = s.Hosts.Single(h => h.Id == one.Host);
            var there = s.Containers.Where(c => c.Host == one.Host && !gone.Contains(c.Id)).Select(c => c.Limits).Append(s.Pending[0].Limits).Append(one.Limits).ToList();
            var factor = s.Policy.Overcommit[0].Factor;
            Assert.True(there.Sum(l => l[0]) > (long)(host.Capacity[0] * factor) || there.Sum(l => l[1]) > host.Capacity[1]);
        }
    }, iter: 4000);

    /// <summary>The sentence of a placement, its score cut to what people read.</summary>
    [Theory]
    [InlineData(0.75, 3, 4, "h1: best score (0.75) of 3 that fit among 4 hosts looked at")]
    [InlineData(-1000.123456, 1, 1, "h1: best score (-1000.123) of 1 that fit among 1 hosts looked at")]
    [InlineData(2, 128, 5000, "h1: best score (2) of 128 that fit among 5000 hosts looked at")]
    public void Placement_Explanation_IsASentence(double score, int fitting, int looked, string sentence) =>
        Assert.Equal(sentence, new Placement("r", "c", "h1", score, fitting, looked).Explanation);
}
