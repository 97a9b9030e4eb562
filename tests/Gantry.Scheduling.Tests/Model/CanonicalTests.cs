using Gantry.Scheduling.Model;
using static Gantry.Scheduling.Tests.Clusters;

namespace Gantry.Scheduling.Tests.Model;

/// <summary>The order every pass works in, list by list: what decides a tie must not be who came first in a list.</summary>
public sealed class CanonicalTests
{
    private static readonly ClusterSnapshot _any = Of(Host("h2") with { Images = ["i2", "i1"], Volumes = ["v2", "v1"] }, Host("H3"), Host("h1")) with
    {
        Containers = [Container("c2", "a", "h1"), Container("c1", "a", "h1")],
        Pending = [Request("r2", "a"), Request("r3", "a") with { Priority = 1 }, Request("r1", "a")],
        Interference = [new("b", "a", 1), new("a", "b", 2), new("a", "b", 1), new("a", "a", 5)],
        Policy = new ClusterPolicy { Overcommit = [new("b", "cpu", 1), new("a", "memory", 1), new("a", "cpu", 1)], Rankers = [new("spread", 1), new("best-fit", 1)] },
    };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Lists_OfAnyOrder_AreByIdThenByWhatDiffers(bool whole)
    {
        var snapshot = whole ? _any.Canonical() : _any.InOrder();
        Assert.Equal(["H3", "h1", "h2"], snapshot.Hosts.Select(h => h.Id));
        Assert.Equal(["c1", "c2"], snapshot.Containers.Select(c => c.Id));
        Assert.Equal(["a a 5", "a b 1", "a b 2", "b a 1"], snapshot.Interference.Select(i => $"{i.App} {i.Other} {i.Most}"));
        Assert.Equal(["a cpu", "a memory", "b cpu"], snapshot.Policy.Overcommit.Select(o => $"{o.Class} {o.Resource}"));
        Assert.Equal(["best-fit", "spread"], snapshot.Policy.Rankers.Select(r => r.Ranker));
        if (!whole) return;
        // Requests of a higher priority come first.
        Assert.Equal(["r3", "r1", "r2"], snapshot.Pending.Select(p => p.Id));
        Assert.Equal(["i1", "i2", "v1", "v2"], snapshot.Hosts[2].Images.Concat(snapshot.Hosts[2].Volumes));
    }

    /// <summary>Constraints of any lengths, beside each other: two labels beside two zones, one of each, classes alone.</summary>
    [Theory]
    [InlineData(2, 2, 0)]
    [InlineData(1, 2, 0)]
    [InlineData(0, 0, 2)]
    [InlineData(0, 2, 2)]
    [InlineData(2, 0, 2)]
    public void Constraints_OfAnyLengths_AreInOrder(int labels, int zones, int classes)
    {
        string[] Down(int count) => [.. Enumerable.Range(0, count).Select(i => $"x{9 - i}")];
        string[] Up(int count) => [.. Down(count).Order(StringComparer.Ordinal)];
        var constraints = new PlacementConstraints { Labels = Down(labels).ToDictionary(l => l, l => "1"), Zones = Down(zones), Classes = Down(classes) };
        var snapshot = (Of() with { Pending = [Request("r", "a") with { Constraints = constraints }], Containers = [Container("c", "a", "h") with { Constraints = constraints }] }).Canonical();
        foreach (var sorted in new[] { snapshot.Pending[0].Constraints, snapshot.Containers[0].Constraints })
        {
            Assert.Equal(Up(labels), sorted.Labels.Keys);
            Assert.Equal(Up(zones), sorted.Zones);
            Assert.Equal(Up(classes), sorted.Classes);
        }
    }

    [Theory]
    [InlineData(1, 0, 0, false)]
    [InlineData(0, 1, 0, false)]
    [InlineData(1, 1, 0, false)]
    [InlineData(0, 0, 1, false)]
    [InlineData(0, 0, 0, true)]
    public void Plan_WithAnythingToDo_IsNotEmpty(int placements, int evictions, int waves, bool empty) => Assert.Equal(empty, new Plan
    {
        Placements = [.. Enumerable.Repeat(new Placement("r", "c", "h", 0, 1, 1), placements)],
        Evictions = [.. Enumerable.Repeat(new Eviction("c", "h", "r", ""), evictions)],
        Waves = [.. Enumerable.Repeat(new MoveWave([new Move("c", "h", "g", "")], 1), waves)],
        Refusals = [new PlacementRefusal("r", 1, "")],
        Alarms = ["told"],
    }.IsEmpty);
}
