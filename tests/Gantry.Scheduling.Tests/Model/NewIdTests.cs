using Gantry.Scheduling.Model;
using Gantry.Scheduling.Placing;
using static Gantry.Scheduling.Tests.Clusters;

namespace Gantry.Scheduling.Tests.Model;

/// <summary>Ids that are kept ready for what a plan creates: a plan that gave one of them to two containers would make a cluster that the next pass refuses.</summary>
public sealed class NewIdTests
{
    private static ClusterSnapshot With(params string[] ids) => Of(Host("h1")) with { Containers = [Container("c1", "a", "h1", 100, 1)], Pending = [Request("r", "b", 3, 100, 1)], NewIds = ids };

    [Theory]
    [InlineData("n1 n1", "n1")]
    [InlineData("n1 n2 n3 n2", "n2")]
    [InlineData("n1 c1", "c1")] // runs already
    public void Ids_OfWhichOneIsTakenTwice_AreRefused(string ids, string twice)
    {
        var refusal = Placer.Plan(With(ids.Split(' '))).Refusal!;
        Assert.Equal(("newIds", $"The new id {twice} is that of another container too. Every container needs an id of its own."), (refusal.Field, refusal.Message));
    }

    /// <summary>An empty one is none: its maker names the container.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("n1")]
    [InlineData("n1,n2,n3")]
    [InlineData("n1,n2,n3,n4")]
    [InlineData("n1,,")]
    public void Ids_OfTheirOwn_AreGivenInTheirOrder(string ids)
    {
        var given = ids.Split(',');
        var plan = Placer.Plan(With(given)).Value;
        Assert.Equal(Enumerable.Range(0, 3).Select(i => i < given.Length ? given[i] : ""), plan.Placements.Select(p => p.ContainerId));
    }

    /// <summary>The placements carried out under their ids make a cluster that is taken again.</summary>
    [Fact]
    public void Ids_OfAPlanCarriedOut_MakeAClusterWithoutTwins()
    {
        var snapshot = With("n1", "n2", "n3");
        var after = snapshot with
        {
            Containers = [.. snapshot.Containers, .. Placer.Plan(snapshot).Value.Placements.Select(p => Container(p.ContainerId, "b", p.Host, 100, 1))],
            NewIds = ["n4", "n5", "n6"],
        };
        Assert.Equal(["n4", "n5", "n6"], Placer.Plan(after).Value.Placements.Select(p => p.ContainerId));
        Assert.NotNull(SnapshotRules.Check(after with { NewIds = snapshot.NewIds }));
    }
}
