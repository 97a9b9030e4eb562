using Gantry.Scheduling.Model;
using Gantry.Scheduling.Placing;
using Gantry.Scheduling.Tests.Support;
using static Gantry.Scheduling.Tests.Clusters;

namespace Gantry.Scheduling.Tests.Placing;

/// <summary>Each filter at its boundary, on one host of 4 cores, 4 GB and 2 gpu: once where it just allows (no reason) and once where it just refuses.</summary>
public sealed class FilterTests
{
    private static readonly HostSnapshot _host = new("h1", [4000, 4096 * MB, 2])
    {
        Class = "big",
        Zone = "x",
        Labels = new Dictionary<string, string> { ["disk"] = "ssd", ["arch"] = "arm" },
        Volumes = ["v1"],
    };

    private static readonly PlacementRequest _request = new("r", "a", 1, [1000, 1024 * MB, 1]);

    public static TheoryData<string, HostSnapshot, PlacementRequest> Cases { get; } = new()
    {
        { "", _host, _request },
        { "draining", _host with { State = HostState.Draining }, _request },
        { "down", _host with { State = HostState.Down }, _request },
        { "", _host with { DedicatedTo = "o1" }, _request with { Owner = "o1" } },
        { "", _host with { DedicatedTo = "o1" }, With(new() { DedicatedOnly = true }) with { Owner = "o1" } },
        { "dedicated to other owners", _host with { DedicatedTo = "o1" }, _request },
        { "dedicated to other owners", _host with { DedicatedTo = "o1" }, _request with { Owner = "o2" } },
        { "not dedicated to o1", _host, With(new() { DedicatedOnly = true }) with { Owner = "o1" } },
        { "", _host, With(new() { Classes = ["small", "big"] }) },
        { "not of class Big or small", _host, With(new() { Classes = ["small", "Big"] }) },
        { "", _host, With(new() { Zones = ["y", "x"] }) },
        { "not in zone y or z", _host, With(new() { Zones = ["z", "y"] }) },
        { "", _host, With(Labels(("disk", "ssd"), ("arch", "arm"))) },
        { "lack label disk=hdd", _host, With(Labels(("disk", "hdd"))) },
        { "lack label disk=SSD", _host, With(Labels(("arch", "arm"), ("disk", "SSD"))) },
        { "lack label gpu=yes", _host, With(Labels(("gpu", "yes"), ("disk", "ssd"))) },
        { "", _host, _request with { Volume = "v1" } },
        { "do not hold volume v2", _host, _request with { Volume = "v2" } },
        { "", _host, _request with { Limits = [4000, 4096 * MB, 2] } },
        { "lack 4.001 cores of promisable cpu", _host, _request with { Limits = [4001, 1, 0] } },
        { "lack 4 GB of promisable memory", _host with { Capacity = [4000, 4096 * MB - 1, 2] }, _request with { Limits = [1, 4096 * MB, 0] } },
        { "lack 3 promisable gpu", _host, _request with { Limits = [1, 1, 3] } },
        { "lack 1 promisable gpu", _host with { Capacity = [4000, 4096 * MB, 0] }, _request },
        { "", _host with { Capacity = [4000, 4096 * MB, 0] }, _request with { Limits = [1, 1, 0] } },
        // Images draw containers, they bind none.
        { "", _host, _request with { Image = "nowhere" } },
        // Of several reasons the first counts: state, dedication, class, zone, label, volume, capacity.
        { "draining", _host with { State = HostState.Draining, DedicatedTo = "o1" }, With(new() { Classes = ["small"] }) },
        { "dedicated to other owners", _host with { DedicatedTo = "o1" }, With(new() { Classes = ["small"], Zones = ["z"] }) },
        { "not of class small", _host, With(new() { Classes = ["small"], Zones = ["z"] }) },
        { "not in zone z", _host, With(Labels(("disk", "hdd")) with { Zones = ["z"] }) },
        { "lack label disk=hdd", _host, With(Labels(("disk", "hdd"))) with { Volume = "v2" } },
        { "do not hold volume v2", _host, _request with { Volume = "v2", Limits = [9000, 1, 0] } },
    };

    [Theory]
    [MemberData(nameof(Cases), DisableDiscoveryEnumeration = true)]
    public void Filter_AtItsBoundary_AllowsOrNamesTheReason(string reason, HostSnapshot host, PlacementRequest request)
    {
        var plan = Place(host, request);
        Assert.Equal(reason == "" ? 1 : 0, plan.Placements.Count);
        if (reason == "") Assert.Empty(plan.Refusals);
        else Assert.Equal(Said.Plainly($"0 of 1 hosts: 1 {reason}"), Said.Plainly(Assert.Single(plan.Refusals).Explanation));
    }

    /// <summary>On a host with so many of apps a, b and c: whether it takes one more of a under the rule.</summary>
    [Theory]
    // a,a,k: k + 1 of a in total.
    [InlineData("a", "a", 0, 0, 0, true)]
    [InlineData("a", "a", 0, 1, 0, false)]
    [InlineData("a", "a", 1, 1, 0, true)]
    [InlineData("a", "a", 1, 2, 0, false)]
    // a,b,k: a host with an a holds at most k of b.
    [InlineData("a", "b", 0, 0, 0, true)]
    [InlineData("a", "b", 0, 0, 1, false)]
    [InlineData("a", "b", 1, 3, 1, true)]
    [InlineData("a", "b", 1, 0, 2, false)]
    // b,a,k: where a b is, at most k of a; without one any number.
    [InlineData("b", "a", 0, 4, 0, true)]
    [InlineData("b", "a", 0, 0, 1, false)]
    [InlineData("b", "a", 1, 0, 5, true)]
    [InlineData("b", "a", 1, 1, 1, false)]
    [InlineData("b", "a", 2, 1, 1, true)]
    // "Any number" is one that nothing can be added to.
    [InlineData("a", "a", int.MaxValue, 5, 0, true)]
    [InlineData("a", "b", int.MaxValue, 1, 5, true)]
    [InlineData("b", "a", int.MaxValue, 5, 1, true)]
    // A rule between others is none of a's.
    [InlineData("b", "c", 0, 1, 3, true)]
    [InlineData("b", "b", 0, 1, 3, true)]
    public void Interference_RuleAbk_CountsWithTheOneThatComes(string app, string other, int most, int ofA, int ofB, bool allowed)
    {
        var there = Enumerable.Repeat("a", ofA).Concat(Enumerable.Repeat("b", ofB)).Select((a, i) => new ContainerSnapshot($"c{i}", a, "h1", [1, 1, 0]));
        var plan = Place(_host, _request, [.. there], [new InterferenceRule(app, other, most)]);
        Assert.Equal(allowed ? 1 : 0, plan.Placements.Count);
        if (!allowed) Assert.EndsWith($"1 hold as much of {(app == "a" ? other : app)} as may share a host with a", Said.Plainly(plan.Refusals[0].Explanation));
    }

    [Theory]
    [InlineData(0, 3, 3)]
    [InlineData(1, 0, 1)]
    [InlineData(2, 1, 1)]
    [InlineData(2, 2, 0)]
    [InlineData(1, 3, 0)]
    public void OwnApp_MostPerHost_CountsWhatRunsAndWhatIsPlaced(int most, int running, int placed)
    {
        var there = Enumerable.Range(0, running).Select(i => new ContainerSnapshot($"c{i}", "a", "h1", [1, 1, 0]));
        var request = With(new() { MaxPerHost = most }) with { Count = 3, Limits = [1, 1, 0] };
        var plan = Place(_host, request, [.. there, new ContainerSnapshot("x", "b", "h1", [1, 1, 0])], []);
        Assert.Equal(placed, plan.Placements.Count);
        if (placed < 3) Assert.Equal((3 - placed, "0 of 1 hosts: 1 already run a"), (plan.Refusals[0].Count, Said.Plainly(plan.Refusals[0].Explanation)));
    }

    /// <summary>An app's worker beside its web process is one of the app too: what is bound is how much of an app a host takes with it when it fails.</summary>
    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 1)]
    public void OwnApp_OfAnotherType_CountsToo(int most, int placed)
    {
        var request = With(new() { MaxPerHost = most }) with { Type = "worker", Limits = [1, 1, 0] };
        Assert.Equal(placed, Place(_host, request, [new ContainerSnapshot("c", "a", "h1", [1, 1, 0]) { Type = "web" }], []).Placements.Count);
    }

    /// <summary>Half a core free of ten: what runs counts with its limits, what may be promised by the host's class.</summary>
    [Theory]
    [InlineData("", 1.0, 500, true)]
    [InlineData("", 1.0, 501, false)]
    [InlineData("big", 1.5, 2500, true)]
    [InlineData("big", 1.5, 2501, false)]
    [InlineData("other", 1.5, 501, false)]
    [InlineData("big", 0.5, 1, false)]
    public void Capacity_LessWhatRuns_IsPromisedByClass(string kind, double factor, long wanted, bool fits)
    {
        var snapshot = Of(new HostSnapshot("h1", [4000, 4096 * MB]) { Class = "big" }) with
        {
            Containers = [Container("c1", "x", "h1", 3000, 1), Container("c2", "y", "h1", 500, 1)],
            Policy = new ClusterPolicy { Overcommit = [new Overcommit(kind, "cpu", factor)] },
            Pending = [Request("r", "a", cpu: wanted, memory: 1)],
        };
        Assert.Equal(fits, Placer.Plan(snapshot).Value.Refusals.Count == 0);
    }

    [Theory]
    [InlineData("cpu", 1500, "1.5 cores of cpu", "1.5 cores of promisable cpu")]
    [InlineData("cpu", 1, "0.001 cores of cpu", "0.001 cores of promisable cpu")]
    [InlineData("memory", 512L << 20, "512 MB of memory", "512 MB of promisable memory")]
    [InlineData("memory", 2L << 30, "2 GB of memory", "2 GB of promisable memory")]
    [InlineData("memory", (1L << 30) + (512L << 20), "1536 MB of memory", "1536 MB of promisable memory")]
    [InlineData("memory", 1023, "1023 bytes of memory", "1023 bytes of promisable memory")]
    [InlineData("memory", (1L << 20) + (1L << 19), "1.5 MB of memory", "1.5 MB of promisable memory")]
    [InlineData("disk", 1L << 30, "1 GB of disk", "1 GB of promisable disk")]
    [InlineData("network-in", 1L << 20, "1 MB/s of network-in", "1 MB/s of promisable network-in")]
    [InlineData("network-out", 2L << 20, "2 MB/s of network-out", "2 MB/s of promisable network-out")]
    [InlineData("disk-io", 3L << 20, "3 MB/s of disk-io", "3 MB/s of promisable disk-io")]
    [InlineData("pids", 100, "100 pids", "100 promisable pids")]
    public void Amount_OfAResource_IsReadAsPeopleDo(string resource, long amount, string text, string promisable) =>
        Assert.Equal((text, promisable), (ResourceNames.Format(resource, amount), ResourceNames.FormatPromisable(resource, amount)));

    private static Plan Place(HostSnapshot host, PlacementRequest request, ContainerSnapshot[]? containers = null, InterferenceRule[]? rules = null) => Placer.Plan(new ClusterSnapshot
    {
        Resources = ["cpu", "memory", "gpu"],
        Hosts = [host],
        Containers = containers ?? [],
        Interference = rules ?? [],
        Pending = [request],
    }).Value;

    private static PlacementRequest With(PlacementConstraints constraints) => _request with { Constraints = constraints };

    private static PlacementConstraints Labels(params (string Name, string Value)[] labels) => new() { Labels = labels.ToDictionary(l => l.Name, l => l.Value) };
}
