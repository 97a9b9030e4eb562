using Gantry.Scheduling.Model;
using Gantry.Scheduling.Placing;
using static Gantry.Scheduling.Tests.Clusters;

namespace Gantry.Scheduling.Tests.Placing;

public sealed class PlacerTests
{
    [Fact]
    public void Refusal_ManyReasons_CountsHostsByTheirFirst()
    {
        var hosts = Enumerable.Range(0, 12).Select(i => Host($"a{i}") with { State = HostState.Draining })
            .Concat(Enumerable.Range(0, 20).Select(i => Host($"b{i}", memory: 256)))
            .Concat(Enumerable.Range(0, 8).Select(i => Host($"c{i}"))).ToArray();
        var snapshot = Of(hosts) with
        {
            Containers = [.. Enumerable.Range(0, 8).Select(i => Container($"x{i}", "my-app", $"c{i}"))],
            Pending = [Request("r", "my-app") with { Constraints = new PlacementConstraints { MaxPerHost = 1 } }],
        };
        var refusal = Assert.Single(Placer.Plan(snapshot).Value.Refusals);
        Assert.Equal("0 of 40 hosts: 12 cordoned, 8 already run my-app, 20 lack 512 MB of promisable memory", refusal.Explanation);
    }

    [Fact]
    public void Refusal_ContradictoryConstraints_NamesThem()
    {
        var snapshot = Of(Host("h1") with { Zone = "a" }, Host("h2") with { Zone = "b" }) with
        {
            Pending = [Request("r", "x") with { Constraints = new PlacementConstraints { Zones = ["b"], Labels = new Dictionary<string, string> { ["disk"] = "ssd" } } }],
        };
        Assert.Equal("0 of 2 hosts: 1 not in zone b, 1 lacks label disk=ssd", Placer.Plan(snapshot).Value.Refusals.Single().Explanation);
    }

    [Fact]
    public void Refusal_LargerThanAnyHost_SaysSo()
    {
        var snapshot = Of(Host("h1"), Host("h2")) with { Pending = [Request("r", "x", cpu: 64_000)] };
        Assert.Equal("0 of 2 hosts: 2 lack 64 cores of promisable cpu", Placer.Plan(snapshot).Value.Refusals.Single().Explanation);
    }

    [Fact]
    public void Plan_NoHosts_RefusesWithAReason()
    {
        var plan = Placer.Plan(Of() with { Pending = [Request("r", "x", 3)] }).Value;
        Assert.Equal(3, plan.Refusals.Single().Count);
        Assert.Contains("Add a host", plan.Refusals.Single().Explanation);
    }

    [Fact]
    public void Interference_RuleAbk_AllowsKAndNoMore()
    {
        var snapshot = Of(Host("h1", 100_000, 100_000)) with
        {
            Containers = [Container("c", "a", "h1")],
            Interference = [new InterferenceRule("a", "b", 2), new InterferenceRule("c", "c", 1)],
            Pending = [Request("r1", "b", 4), Request("r2", "c", 4)],
        };
        var plan = Placer.Plan(snapshot).Value;
        Assert.Equal(2, plan.Placements.Count(p => p.Request == "r1"));
        Assert.Equal(2, plan.Placements.Count(p => p.Request == "r2"));
        Assert.Contains("holds as much of a as may share a host with b", plan.Refusals.First(r => r.Request == "r1").Explanation);
    }

    [Fact]
    public void Preemption_NoRoom_DisplacesTheLowestAndFewest()
    {
        var snapshot = Of(Host("h1", 1000), Host("h2", 1000)) with
        {
            Containers =
            [
                Container("low1", "a", "h1", 300) with { Priority = 1 }, Container("low2", "b", "h1", 700) with { Priority = 1 },
                Container("high", "c", "h2", 1000) with { Priority = 2 },
            ],
            Pending = [Request("r", "vip", cpu: 600) with { Priority = 5 }],
        };
        var plan = Placer.Plan(snapshot).Value;
        Assert.Equal("low2", Assert.Single(plan.Evictions).ContainerId);
        Assert.Equal("h1", Assert.Single(plan.Placements).Host);
        Assert.Contains("priority 1 and gives its place to vip with priority 5", plan.Evictions[0].Explanation);
    }

    [Fact]
    public void Preemption_SamePriority_DisplacesNobody()
    {
        var snapshot = Of(Host("h1", 500)) with { Containers = [Container("c", "a", "h1")], Pending = [Request("r", "b")] };
        var plan = Placer.Plan(snapshot).Value;
        Assert.Empty(plan.Evictions);
        Assert.Single(plan.Refusals);
    }

    [Fact]
    public void NewIds_TooFew_TheRestGoWithout()
    {
        var plan = Placer.Plan(Of(Host("h1")) with { Pending = [Request("r", "x", 3)], NewIds = ["n1", "n2"] }).Value;
        Assert.Equal(["n1", "n2", ""], plan.Placements.Select(p => p.ContainerId));
    }

    [Fact]
    public void Orphans_HostVanished_AreReportedAndTakeNoRoom()
    {
        var plan = Placer.Plan(Of(Host("h1", 500)) with { Containers = [Container("c", "a", "gone")], Pending = [Request("r", "b")] }).Value;
        Assert.Single(plan.Placements);
        Assert.Contains("host gone, which is not in the cluster any more", Assert.Single(plan.Alarms));
    }

    [Fact]
    public void LowLoad_StaleReports_DoNotHerdOntoOneHost()
    {
        var hosts = Enumerable.Range(0, 20).Select(i => Host($"h{i:00}", 100_000, 1_000_000) with { RunQueue = i == 3 ? 0 : 0.5 }).ToArray();
        var snapshot = Of(hosts) with
        {
            Policy = new ClusterPolicy { Rankers = [new RankerWeight("low-load", 1)], SampleSize = 0 },
            Pending = [.. Enumerable.Range(0, 400).Select(i => Request($"r{i}", $"app{i}", cpu: 2000))],
        };
        var plan = Placer.Plan(snapshot).Value;
        // The idle one takes more until it is as loaded as the rest, then they share: 0.5 is worth 25 containers.
        Assert.InRange(plan.Placements.GroupBy(p => p.Host).Max(g => g.Count()), 20, 46);
    }

    [Theory]
    [InlineData("n-sigma")]
    [InlineData("percentile-sum")]
    [InlineData("max")]
    public void Predictor_IdleContainers_PromisesWhatTheyLeave(string predictor)
    {
        var idle = new Gantry.Scheduling.Profiles.ProfileSnapshot([.. Enumerable.Repeat(50f, 60)]);
        var snapshot = Of(Host("h1", 1000)) with
        {
            Containers = [Container("c1", "a", "h1", 900, 64) with { Profiles = [idle, null] }],
            Pending = [Request("r", "b", 2, 900, 64)],
            Policy = new ClusterPolicy { Predictor = predictor },
        };
        // One more fits with its full limit; the second waits until the first was measured.
        Assert.Single(Placer.Plan(snapshot).Value.Placements);
        Assert.Empty(Placer.Plan(snapshot with { Policy = new ClusterPolicy() }).Value.Placements);
    }

    [Fact]
    public void Preemption_SameShapeOfLowerPriority_DisplacesByItsOwnPriority()
    {
        var snapshot = Of(Host("h1", 1000)) with
        {
            Containers = [Container("c1", "old", "h1") with { Priority = 1 }, Container("c2", "old", "h1") with { Priority = 1 }],
            Pending = [Request("r1", "x") with { Priority = 2 }, Request("r2", "x") with { Priority = 1 }],
        };
        var plan = Placer.Plan(snapshot).Value;
        Assert.Equal("r1", Assert.Single(plan.Evictions).ForRequest);
        Assert.Equal("r2", Assert.Single(plan.Refusals).Request);
    }
}
