using CsCheck;
using Gantry.Scheduling.Model;
using Gantry.Scheduling.Repacking;
using Gantry.Scheduling.Tests.Support;
using static Gantry.Scheduling.Tests.Clusters;

namespace Gantry.Scheduling.Tests.Repacking;

/// <summary>Migration plans carried out copy by copy, cut off at any step, taken up again, or given up: nothing is lost and no host is too full at any moment.</summary>
public sealed class CarriedOutTests
{
    /// <summary>What is reserved is what is asked for, so that the executor can count it; and the old run on while the new start.</summary>
    private static Gen<(ClusterSnapshot Snapshot, RepackOptions Options, ulong Seed)> Any => Gen.Select(RepackClusters.Any, RepackClusters.Options, Gen.ULong, (s, o, seed) =>
        (s with { Policy = s.Policy with { Predictor = "limits" } }, o with { StopTheWorld = false, MaxMovedShare = 1 }, seed));

    [Fact]
    public void Plan_CarriedOutInAnyOrder_NeverBreaksARuleOnTheWay() => Any.Sample(c =>
    {
        var plan = ClusterRepack.Plan(c.Snapshot, c.Options).Value.Plan;
        var executor = new Executor(c.Snapshot, new Draw(c.Seed));
        Assert.True(executor.Run(plan.Waves, int.MaxValue));
        Assert.Empty(executor.Broken);
        Assert.Equal(2 * plan.Waves.Sum(w => w.Moves.Count), executor.Steps);
        Assert.Equal(Hosts(RepackClusters.After(c.Snapshot, plan.Waves)), Hosts(executor.Now));
    }, iter: 600);

    /// <summary>Killed after every step that there is, one after another: what is left of the plan goes on, and ends where the whole would have, as far as it
    /// does not tell what has to stay.</summary>
    [Fact]
    public void Plan_KilledAtAnyStep_GoesOnToTheSameEnd() => Any.Sample(c =>
    {
        var plan = ClusterRepack.Plan(c.Snapshot, c.Options).Value.Plan;
        var goal = Hosts(RepackClusters.After(c.Snapshot, plan.Waves));
        var steps = 2 * plan.Waves.Sum(w => w.Moves.Count);
        for (var killed = 0; killed < Math.Min(steps, 12); killed++)
        {
            var first = new Executor(c.Snapshot, new Draw(c.Seed + (ulong)killed));
            Assert.False(first.Run(plan.Waves, killed));
            Assert.Empty(first.Broken);
            var rest = ClusterRepack.Resume(first.Now, plan, c.Options).Value;
            var second = new Executor(first.Now, new Draw(c.Seed));
            Assert.True(second.Run(rest.Plan.Waves, int.MaxValue));
            Assert.Empty(second.Broken);
            var told = rest.Report.WorstRefusals.Select(r => r.Subject).ToHashSet();
            if (told.Count == 10) continue;
            foreach (var (id, host) in Hosts(second.Now).Where(h => !told.Contains(h.Key))) Assert.Equal(goal[id], host);
        }
    }, iter: 90);

    /// <summary>Killed again and again, a few steps each time: every start takes up what the last has left, and it comes to an end.</summary>
    [Fact]
    public void Plan_KilledAgainAndAgain_ComesToItsEnd() => Any.Sample(c =>
    {
        var d = new Draw(c.Seed);
        var plan = ClusterRepack.Plan(c.Snapshot, c.Options).Value.Plan;
        var (now, rest) = (c.Snapshot, plan);
        for (var starts = 0; rest.Waves.Count > 0; starts++)
        {
            Assert.True(starts < 400, "there is no end to it");
            var executor = new Executor(now, d);
            executor.Run(rest.Waves, d.Int(1, 7));
            Assert.Empty(executor.Broken);
            now = executor.Now;
            rest = ClusterRepack.Resume(now, plan, c.Options).Value.Plan;
        }

        Assert.Equal(c.Snapshot.Containers.Count, now.Containers.Count);
        Assert.Empty(ClusterRepack.Resume(now, plan, c.Options).Value.Plan.Waves);
    }, iter: 240);

    /// <summary>Given up after any step: the cluster is a cluster like any other, and can be planned anew.</summary>
    [Fact]
    public void Plan_GivenUpAtAnyStep_LeavesAClusterThatCanBePlannedAnew() => Any.Sample(c =>
    {
        var d = new Draw(c.Seed);
        var executor = new Executor(c.Snapshot, d);
        executor.Run(ClusterRepack.Plan(c.Snapshot, c.Options).Value.Plan.Waves, d.Int(0, 20));
        var again = ClusterRepack.Plan(executor.Now, c.Options).Value.Plan;
        Assert.Empty(RepackChecker.Violations(executor.Now, c.Options, again.Waves));
        var second = new Executor(executor.Now, d);
        Assert.True(second.Run(again.Waves, int.MaxValue));
        Assert.Empty(second.Broken);
    }, iter: 300);

    /// <summary>While the plan is paused somebody places new containers: the rest of the plan sees them.</summary>
    [Fact]
    public void Plan_PausedWhileOthersArePlaced_LeavesThemTheirRoom() => Any.Sample(c =>
    {
        var d = new Draw(c.Seed);
        var plan = ClusterRepack.Plan(c.Snapshot, c.Options).Value.Plan;
        var executor = new Executor(c.Snapshot, d);
        executor.Run(plan.Waves, d.Int(0, 6));
        var pending = executor.Now with { Pending = [.. d.Many(1, 3, i => Request($"new{i}", "new", d.Int(1, 4), 250 * d.Int(1, 8), 256 * d.Int(1, 8)))] };
        var placed = Gantry.Scheduling.Placing.Placer.Plan(pending).Value.Placements;
        var now = executor.Now with
        {
            Containers = [.. executor.Now.Containers, .. placed.Select((p, i) => new ContainerSnapshot($"n{i:00}", "new", p.Host, pending.Pending.Single(r => r.Id == p.Request).Limits))],
        };
        var rest = ClusterRepack.Resume(now, plan, c.Options).Value.Plan;
        Assert.Empty(RepackChecker.Violations(now, c.Options, rest.Waves));
        var second = new Executor(now, d);
        Assert.True(second.Run(rest.Waves, int.MaxValue));
        Assert.Empty(second.Broken);
    }, iter: 300);

    /// <summary>The executor sees what a wrong plan does: a checker that finds nothing proves nothing.</summary>
    [Theory]
    [InlineData("h2", "h1", "a1 came to h1, which takes nothing")]
    [InlineData("h2", "h3", "h3 holds too much cpu for a1")]
    [InlineData("h1", "h3", "a1 does not run on h1 alone")]
    public void Executor_OfAWrongPlan_NamesWhatIsBroken(string from, string to, string broken)
    {
        var snapshot = Of(Host("h1") with { State = HostState.Draining }, Host("h2"), Host("h3", 1000)) with
        {
            Containers = [Container("a1", "a", "h2", 600), Container("b1", "b", "h3", 500)],
        };
        var executor = new Executor(snapshot, new Draw(1));
        executor.Run([new MoveWave([new Move("a1", from, to, "")], 1)], int.MaxValue);
        Assert.Contains(broken, executor.Broken);
    }

    /// <summary>Two that exchange their places on hosts that hold one of them: right one after the other through a third, and wrong at once.</summary>
    [Fact]
    public void Executor_OfAnExchangeAtOnce_SeesBothCopies()
    {
        var full = Of(Host("h1", 1000), Host("h2", 1000), Host("h3", 1000)) with { Containers = [Container("a", "a", "h1", 800), Container("b", "b", "h2", 800)] };
        var atOnce = new Executor(full, new Draw(1));
        atOnce.Run([new MoveWave([new Move("a", "h1", "h2", ""), new Move("b", "h2", "h1", "")], 1)], int.MaxValue);
        Assert.NotEmpty(atOnce.Broken);
        var inTurns = new Executor(full, new Draw(1));
        Assert.True(inTurns.Run([.. new[] { new Move("a", "h1", "h3", ""), new Move("b", "h2", "h1", ""), new Move("a", "h3", "h2", "") }.Select(m => new MoveWave([m], 1))], int.MaxValue));
        Assert.Empty(inTurns.Broken);
        Assert.Equal(6, inTurns.Steps);
    }

    private static SortedDictionary<string, string> Hosts(ClusterSnapshot snapshot) => new(snapshot.Containers.ToDictionary(c => c.Id, c => c.Host), StringComparer.Ordinal);
}
