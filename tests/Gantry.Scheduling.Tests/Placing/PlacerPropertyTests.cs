using CsCheck;
using Gantry.Scheduling.Model;
using Gantry.Scheduling.Placing;

namespace Gantry.Scheduling.Tests.Placing;

/// <summary>What holds for every cluster.</summary>
public sealed class PlacerPropertyTests
{
    private const int Cases = 10_000;

    [Fact]
    public void Plan_AnyCluster_BreaksNoRule() => Clusters.Any.Sample(snapshot =>
    {
        var broken = PlacementChecker.Violations(snapshot, Placer.Plan(snapshot).Value);
        Assert.True(broken.Count == 0, string.Join("; ", broken));
    }, iter: Cases);

    [Fact]
    public void Plan_ListsInAnotherOrder_GivesTheSameBytes() => Gen.Select(Clusters.Any, Gen.Int).Sample((snapshot, order) =>
        Assert.Equal(
            SnapshotSerializer.Write(Placer.Plan(snapshot).Value),
            SnapshotSerializer.Write(Placer.Plan(Clusters.Shuffled(snapshot, order)).Value)), iter: Cases);

    [Fact]
    public void Refusal_AnyCluster_IsTrue() => Clusters.Any.Sample(snapshot =>
    {
        snapshot = snapshot with { Policy = snapshot.Policy with { Preemption = false } };
        var plan = Placer.Plan(snapshot).Value;
        foreach (var refusal in plan.Refusals)
        {
            var running = snapshot.Containers.Select(c => (c.App, c.Host, Limits: c.Limits.ToArray(), c.Id)).ToList();
            running.AddRange(plan.Placements.Select(p => (snapshot.Pending.Single(r => r.Id == p.Request), p.Host)).Select(p => (p.Item1.App, p.Host, p.Item1.Limits.ToArray(), "")));
            var request = snapshot.Pending.Single(p => p.Id == refusal.Request);
            Assert.All(snapshot.Hosts, host => Assert.NotEmpty(PlacementChecker.WhyNot(snapshot, host, request, running)));
            Assert.StartsWith($"0 of {snapshot.Hosts.Count} hosts: ", refusal.Explanation);
            var counts = refusal.Explanation.Split(": ")[1].Split(", ").Sum(part => int.Parse(part.Split(' ')[0]));
            Assert.Equal(snapshot.Hosts.Count, counts);
        }
    }, iter: 3000);

    [Fact]
    public void Plan_CarriedOut_ProposesNothingMore() => Clusters.Any.Sample(snapshot =>
    {
        var plan = Placer.Plan(snapshot).Value;
        var gone = plan.Evictions.Select(e => e.ContainerId).ToHashSet();
        var placed = plan.Placements.Select((p, i) =>
        {
            var request = snapshot.Pending.Single(r => r.Id == p.Request);
            return new ContainerSnapshot($"new{i}", request.App, p.Host, request.Limits) { Priority = request.Priority };
        });
        var left = snapshot.Pending.Select(p => p with { Count = plan.Refusals.Where(r => r.Request == p.Id).Sum(r => r.Count) }).Where(p => p.Count > 0);
        var after = snapshot with { Containers = [.. snapshot.Containers.Where(c => !gone.Contains(c.Id)), .. placed], Pending = [.. left] };
        Assert.True(Placer.Plan(after).Value.IsEmpty);
    }, iter: 3000);
}
