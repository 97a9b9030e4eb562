using CsCheck;
using Gantry.Scheduling.Hotspots;
using Gantry.Scheduling.Model;
using Gantry.Scheduling.Profiles;
using static Gantry.Scheduling.Tests.Clusters;

namespace Gantry.Scheduling.Tests.Hotspots;

/// <summary>What holds of every pass, whatever was measured.</summary>
public sealed class SandpiperPropertyTests
{
    [Fact]
    public void Plan_OfAnyCluster_KeepsTargetsBelowTheThresholdLessHysteresis() => Loaded.Sample(snapshot =>
    {
        var policy = snapshot.Policy.Hotspots;
        var used = snapshot.Hosts.ToDictionary(h => h.Id, h => snapshot.Containers.Where(c => c.Host == h.Id).Sum(Level));
        var containers = snapshot.Containers.ToDictionary(c => c.Id);
        foreach (var move in Moves(snapshot))
        {
            var level = Level(containers[move.ContainerId]);
            used[move.From] -= level;
            used[move.To] += level;
        }

        var swapped = Moves(snapshot).Where(m => m.Swap.Count > 0).SelectMany(m => new[] { m.From, m.To }).ToHashSet();
        foreach (var target in Moves(snapshot).Where(m => !swapped.Contains(m.To)).Select(m => snapshot.Hosts.Single(h => h.Id == m.To)))
        {
            Assert.Equal(HostState.Ready, target.State);
            Assert.True(used[target.Id] <= (policy.Threshold - policy.Hysteresis) * target.Capacity[0] + 1, $"{target.Id} is filled to {used[target.Id]} of {target.Capacity[0]}");
        }
    }, iter: 3000);

    [Fact]
    public void Plan_OfAnyCluster_MovesEachOnceAndNoMoreThanAllowed() => Loaded.Sample(snapshot =>
    {
        var moves = Moves(snapshot);
        Assert.Equal(moves.Count, moves.Select(m => m.ContainerId).Distinct().Count());
        Assert.True(moves.Count <= Math.Max(2, (int)(snapshot.Policy.Hotspots.MaxMovesPerHour * snapshot.Containers.Count)));
        var containers = snapshot.Containers.ToDictionary(c => c.Id);
        Assert.All(moves, m => Assert.Equal(containers[m.ContainerId].Host, m.From));
        Assert.All(moves.GroupBy(m => containers[m.ContainerId].App), g => Assert.Single(g));
    }, iter: 3000);

    [Fact]
    public void Plan_OfAnyCluster_IsTheSameWhateverTheOrderOfItsLists() => Gen.Select(Loaded, Gen.Int).Sample((snapshot, seed) =>
        Assert.True(SnapshotSerializer.Write(Sandpiper.Plan(snapshot).Value).SequenceEqual(SnapshotSerializer.Write(Sandpiper.Plan(Shuffled(snapshot, seed)).Value))), iter: 2000);

    private static Gen<ClusterSnapshot> Loaded =>
        from snapshot in Any
        from levels in Gen.Float[0, 1].Array[snapshot.Containers.Count]
        from noise in Gen.Float[0, 0.5f].Array[40]
        from share in Gen.Double[0.03, 1]
        select snapshot with
        {
            Pending = [],
            Interference = [],
            Policy = new ClusterPolicy { Overcommit = [new Overcommit("", "cpu", 4), new Overcommit("", "memory", 4)], Hotspots = new HotspotPolicy { MaxMovesPerHour = share } },
            Containers = [.. snapshot.Containers.Select((c, i) => c with { Profiles = [new ProfileSnapshot([.. noise.Select(n => (levels[i] * 0.5f + n) * c.Limits[0] * 0.9f)]), null] })],
        };

    private static double Level(ContainerSnapshot container) => ProfileMoments.Of(container.Profiles[0]!.Window).Mean;

    private static List<Move> Moves(ClusterSnapshot snapshot) => [.. Sandpiper.Plan(snapshot).Value.Waves.SelectMany(w => w.Moves)];
}
