using CsCheck;
using Gantry.Scheduling.Hotspots;
using Gantry.Scheduling.Model;
using Gantry.Scheduling.Tests.Support;

namespace Gantry.Scheduling.Tests.Hotspots;

/// <summary>A plan that is carried out is done with: passes on what it left come to an end by themselves.</summary>
public sealed class ConvergenceTests
{
    /// <summary>As many moves as it likes, and no cool-down that would hide that two passes undo each other. A host that is hot counts by its last samples
    /// and one that is not by its level, so in a world that stands still a pass may take back another; in one of a hundred worlds at most.</summary>
    [Fact]
    public void Passes_WithoutLimits_ComeToAnEnd()
    {
        var restless = 0;
        for (ulong seed = 0; seed < 1000; seed++)
            if (!Settles(HotClusters.Of(new Draw(seed)))) restless++;
        Assert.InRange(restless, 0, 10);
    }

    private static bool Settles(ClusterSnapshot snapshot)
    {
        snapshot = snapshot with
        {
            Policy = snapshot.Policy with { Hotspots = snapshot.Policy.Hotspots with { MaxMoves = 100, MaxMovesPerApp = 100, MaxMovesPerHour = 100, CoolDownSeconds = 0 } },
            Containers = [.. snapshot.Containers.Select(c => c with { MovedAt = null })],
        };
        for (var pass = 0; pass < 12; pass++)
        {
            var moves = Sandpiper.Plan(snapshot).Value.Waves.SelectMany(w => w.Moves).ToDictionary(m => m.ContainerId, m => m.To);
            if (moves.Count == 0) return true;
            snapshot = snapshot with { Containers = [.. snapshot.Containers.Select(c => c with { Host = moves.GetValueOrDefault(c.Id, c.Host) })] };
        }

        return false;
    }

    /// <summary>The wave takes as long as the slowest boot of those it moves, and there is one wave or none.</summary>
    [Fact]
    public void Wave_Estimate_IsTheSlowestBoot() => HotClusters.Any.Sample(snapshot =>
    {
        var plan = Sandpiper.Plan(snapshot).Value;
        Assert.InRange(plan.Waves.Count, 0, 1);
        var boot = snapshot.Containers.ToDictionary(c => c.Id, c => c.BootSeconds);
        Assert.All(plan.Waves, w => Assert.Equal(w.Moves.Max(m => boot[m.ContainerId]), w.EstimatedSeconds));
        Assert.Empty(plan.Placements.Select(p => p.Host).Concat(plan.Evictions.Select(e => e.Host)));
        Assert.All(plan.Waves.SelectMany(w => w.Moves), m => Assert.StartsWith(m.Swap.Count == 0 ? m.From : "h", m.Explanation));
    }, iter: 1000);
}
