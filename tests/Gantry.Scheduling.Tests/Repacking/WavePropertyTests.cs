using CsCheck;
using Gantry.Scheduling.Model;
using Gantry.Scheduling.Repacking;
using Gantry.Scheduling.Tests.Support;
using static Gantry.Scheduling.Tests.Clusters;

namespace Gantry.Scheduling.Tests.Repacking;

/// <summary>Waves towards targets that no search chose, and what becomes of them when they are interrupted anywhere.</summary>
public sealed class WavePropertyTests
{
    private sealed record Way(ClusterSnapshot Snapshot, RepackOptions Options, RepackModel Model, int[] Target, MigrationWaves Waves);

    /// <summary>Containers sent about at random, each to a host that takes it when all before it have moved.</summary>
    private static Gen<Way> Any => Gen.Select(RepackClusters.Any, RepackClusters.Options, Gen.ULong).Select((snapshot, options, seed) =>
    {
        var d = new Draw(seed);
        var model = new RepackModel(snapshot.Canonical(), options);
        var state = new RepackState(model, model.Origin);
        foreach (var container in d.Shuffled(Enumerable.Range(0, model.Origin.Length).Where(c => model.Movable[c] && model.Origin[c] >= 0)))
        {
            var (to, home) = (d.Int(0, model.Hosts.Length - 1), state.HostOf[container]);
            state.Leave(container, home);
            var fits = state.Fits(model.KindAt(container), to);
            state.Enter(container, home);
            if (fits) state.Move(container, to);
        }

        return new Way(snapshot, options, model, [.. state.HostOf], new MigrationWaves(model, model.Origin, state.HostOf));
    });

    [Fact]
    public void Waves_ToAnyTarget_BreakNoRuleAndLoseNothing() => Any.Sample(way =>
    {
        Assert.Empty(RepackChecker.Violations(way.Snapshot, way.Options with { MaxMovedShare = 1 }, way.Waves.Waves));
        Assert.Empty(PlainRepack.TooRisky(way.Snapshot, way.Options, way.Waves.Waves));
        var reached = RepackClusters.After(way.Snapshot.Canonical(), way.Waves.Waves).Containers.Select(c => c.Host).ToList();
        var dropped = way.Waves.Dropped.ToDictionary(r => r.Subject, r => r.Explanation);
        for (var c = 0; c < way.Target.Length; c++)
        {
            var (id, origin, target) = (way.Model.Snapshot.Containers[c].Id, way.Model.Origin[c], way.Target[c]);
            if (origin < 0) continue;
            Assert.Equal(way.Model.Hosts[way.Waves.Reached[c]].Id, reached[c]);
            if (dropped.Remove(id, out var why)) Assert.StartsWith($"{way.Model.Hosts[target].Id} would be its place, but 1 of 1 hosts ", why);
            else Assert.Equal(target, way.Waves.Reached[c]);
        }

        Assert.Empty(dropped);
        // With the world stopped everything is reached, and at once.
        if (way.Options.StopTheWorld) Assert.True(way.Waves.Dropped.Count == 0 && way.Waves.Waves.Count <= 1);
    }, iter: 4000);

    /// <summary>Nobody goes more than one step aside, and every wave does something.</summary>
    [Fact]
    public void Waves_ToAnyTarget_TakeTwoStepsAtMost() => Any.Sample(way =>
    {
        Assert.All(way.Waves.Waves, w => Assert.NotEmpty(w.Moves));
        foreach (var legs in way.Waves.Waves.SelectMany(w => w.Moves).GroupBy(m => m.ContainerId).Select(g => g.ToList()))
        {
            Assert.InRange(legs.Count, 1, 2);
            if (legs.Count == 2) Assert.Contains("steps aside", legs[0].Explanation);
        }
    }, iter: 1000);

    /// <summary>How long a wave takes: its slowest boot (turns of boots on a host, with the world stopped) and the time to drain.</summary>
    [Fact]
    public void Waves_Estimate_IsTheSlowestBootAndTheDrain() => Any.Sample(way =>
    {
        var boot = way.Snapshot.Containers.ToDictionary(c => c.Id, c => c.BootSeconds);
        foreach (var wave in way.Waves.Waves)
        {
            var expected = way.Options.StopTheWorld
                ? wave.Moves.GroupBy(m => m.To).Max(g => Math.Ceiling(g.Count() / (double)way.Options.MovesAtOncePerHost) * g.Max(m => boot[m.ContainerId]))
                : wave.Moves.Max(m => boot[m.ContainerId]);
            Assert.Equal(expected + way.Options.DrainSeconds, wave.EstimatedSeconds, 9);
        }
    }, iter: 1000);

    /// <summary>Stopped within a wave, when some of its moves are done and some are not: what is left is a valid plan, and done to its end it comes to
    /// where the whole plan would have.</summary>
    [Fact]
    public void Plan_StoppedWithinAnyWave_CanBeTakenUpAgain() => Gen.Select(RepackClusters.Any, RepackClusters.Options, Gen.ULong).Sample((snapshot, options, seed) =>
    {
        var d = new Draw(seed);
        var plan = ClusterRepack.Plan(snapshot, options).Value.Plan;
        var whole = RepackClusters.After(snapshot, plan.Waves).Containers.Select(c => c.Host);
        for (var w = 0; w < plan.Waves.Count; w++)
        {
            var paused = RepackClusters.After(snapshot, [.. plan.Waves.Take(w), plan.Waves[w] with { Moves = d.Some(plan.Waves[w].Moves) }]);
            var resumed = ClusterRepack.Resume(paused, plan, options).Value;
            Assert.Empty(RepackChecker.Violations(paused, options with { MaxMovedShare = 1 }, resumed.Plan.Waves));
            if (resumed.Report.WorstRefusals.Any(r => r.Explanation.Contains("Plan again.", StringComparison.Ordinal))) continue;
            Assert.Equal(whole, RepackClusters.After(paused, resumed.Plan.Waves).Containers.Select(c => c.Host));
        }
    }, iter: 1500);

    /// <summary>Abandoned after any wave and planned anew: the new plan is valid and ends as well as the old one would have, or better.</summary>
    [Fact]
    public void Plan_AbandonedAfterAnyWave_CanBePlannedAnew() => Gen.Select(RepackClusters.Any, RepackClusters.Options).Sample((snapshot, options) =>
    {
        options = options with { MaxMovedShare = 1 };
        var plan = ClusterRepack.Plan(snapshot, options).Value.Plan;
        for (var done = 1; done < plan.Waves.Count; done++)
        {
            var abandoned = RepackClusters.After(snapshot, plan.Waves.Take(done));
            var again = ClusterRepack.Plan(abandoned, options).Value;
            Assert.Empty(RepackChecker.Violations(abandoned, options, again.Plan.Waves));
        }
    }, iter: 700);

    /// <summary>While it was paused the cluster changed: hosts went down or away, containers came, ended or went elsewhere. What is left breaks no rule, and
    /// whatever is not done is said.</summary>
    [Fact]
    public void Plan_ResumedOnAChangedCluster_BreaksNoRuleAndTellsWhatIsDropped() => Gen.Select(RepackClusters.Any, RepackClusters.Options, Gen.ULong).Sample((snapshot, options, seed) =>
    {
        var d = new Draw(seed);
        var plan = ClusterRepack.Plan(snapshot, options).Value.Plan;
        var changed = Changed(d, RepackClusters.After(snapshot, plan.Waves.Take(d.Int(0, plan.Waves.Count))));
        var resumed = ClusterRepack.Resume(changed, plan, options).Value;
        Assert.Empty(RepackChecker.Violations(changed, options with { MaxMovedShare = 1 }, resumed.Plan.Waves));
        var after = RepackClusters.After(changed, resumed.Plan.Waves).Containers.ToDictionary(c => c.Id, c => c.Host);
        var told = resumed.Report.WorstRefusals.Select(r => r.Subject).ToHashSet();
        if (told.Count >= 10) return;
        foreach (var last in plan.Waves.SelectMany(w => w.Moves).GroupBy(m => m.ContainerId).Select(g => g.Last()))
            if (after.GetValueOrDefault(last.ContainerId) != last.To) Assert.Contains(last.ContainerId, told);
    }, iter: 1500);

    private static ClusterSnapshot Changed(Draw d, ClusterSnapshot snapshot) => snapshot with
    {
        Hosts = [.. snapshot.Hosts.Where((_, i) => i == 0 || !d.Once(8)).Select(h => d.Once(8) ? h with { State = HostState.Down } : h)],
        Containers =
        [
            .. snapshot.Containers.Where((_, i) => i == 0 || !d.Once(6)).Select(c => d.Once(8) ? c with { Host = d.Pick([.. snapshot.Hosts]).Id, Volume = "" } : d.Once(12) ? c with { Movable = false } : c),
            .. d.Many(0, 3, i => Container($"new{i}", "new", d.Pick([.. snapshot.Hosts]).Id, 250 * d.Int(1, 6), 256 * d.Int(1, 6))),
        ],
    };

    /// <summary>Three hosts in a circle, each full, and a fourth with room: one goes aside, the others follow, it comes last.</summary>
    [Fact]
    public void Circle_OfThree_IsBrokenByOneStepAside()
    {
        var snapshot = Of(Host("h1"), Host("h2"), Host("h3"), Host("h4")) with
        {
            Containers = [Container("a", "a", "h1", 3000), Container("b", "b", "h2", 2900), Container("c", "c", "h3", 2800)],
        };
        var waves = Waves(snapshot, new RepackOptions(), ("a", "h2"), ("b", "h3"), ("c", "h1"));
        Assert.Equal(["c h4", "b h3", "a h2", "c h1"], waves.Waves.SelectMany(w => w.Moves).Select(m => $"{m.ContainerId} {m.To}"));
        Assert.Empty(waves.Dropped);
    }

    /// <summary>Limits hold for what leaves a host and for what enters one, each by itself; of equals the first go first.</summary>
    [Theory]
    [InlineData(2, 9, "a b | c d | e f")]
    [InlineData(4, 9, "a b c d | e f")]
    [InlineData(9, 9, "a b c d e f")]
    [InlineData(9, 1, "a b c | d e f")] // three apps, two of each
    public void Waves_FromOneHostAndToOneHost_KeepTheirLimits(int perHost, int perApp, string waves)
    {
        string[] ids = ["a", "b", "c", "d", "e", "f"];
        var options = new RepackOptions { MovesAtOncePerHost = perHost, MovesAtOncePerApp = perApp };
        var many = Of([Host("h0", 64_000, 64_000), .. ids.Select(i => Host($"h{i}"))]);
        ContainerSnapshot On(string id, int i, string host) => Container(id, $"app{i % 3}", host);
        Assert.Equal(waves, Text(Waves(many with { Containers = [.. ids.Select((id, i) => On(id, i, "h0"))] }, options, [.. ids.Select(id => (id, $"h{id}"))])));
        Assert.Equal(waves, Text(Waves(many with { Containers = [.. ids.Select((id, i) => On(id, i, $"h{id}"))] }, options, [.. ids.Select(id => (id, "h0"))])));
    }

    /// <summary>Two of an app at once: five take three waves.</summary>
    [Fact]
    public void Waves_OfOneApp_AreAsLargeAsItsLimit()
    {
        var snapshot = Of(Host("h1"), Host("h2")) with { Containers = [.. "abcde".Select(c => Container($"{c}", "one", "h1", 100))] };
        var waves = Waves(snapshot, new RepackOptions { MovesAtOncePerApp = 2, MovesAtOncePerHost = 9 }, [.. "abcde".Select(c => ($"{c}", "h2"))]);
        Assert.Equal("a b | c d | e", Text(waves));
    }

    /// <summary>What enters in a wave takes its room at once, what leaves gives it back only when the wave is over.</summary>
    [Fact]
    public void Wave_Copies_CountBesideEachOther()
    {
        var snapshot = Of(Host("h1"), Host("h2"), Host("h3"), Host("h4")) with
        {
            Containers = [Container("a", "a", "h1", 2000), Container("b", "b", "h2", 1900), Container("c", "c", "h3", 1800)],
        };
        // c leaves h3; beside it there is room for one of the two that come.
        Assert.Equal("a c | b", Text(Waves(snapshot, new RepackOptions(), ("a", "h3"), ("b", "h3"), ("c", "h4"))));
    }

    /// <summary>Who waits for a circle steps nowhere: only one of the circle, the smallest that lets another in.</summary>
    [Fact]
    public void Circle_WithOneThatWaits_IsBrokenByOneOfItsOwn()
    {
        var snapshot = Of(Host("h1"), Host("h2"), Host("h3"), Host("h4")) with
        {
            Containers = [Container("a", "a", "h1", 3000), Container("b", "b", "h2", 2500), Container("s", "s", "h3", 1100)],
        };
        var waves = Waves(snapshot, new RepackOptions(), ("a", "h2"), ("b", "h1"), ("s", "h1"));
        Assert.Equal(["b h3", "a h2", "b h1", "s h1"], waves.Waves.SelectMany(w => w.Moves).Select(m => $"{m.ContainerId} {m.To}"));
        Assert.Equal("b | a | b s", Text(waves));
    }

    private static string Text(MigrationWaves waves) => string.Join(" | ", waves.Waves.Select(w => string.Join(' ', w.Moves.Select(m => m.ContainerId))));

    /// <summary>Why a move is made, by the objective and by what becomes of the host it leaves.</summary>
    [Theory]
    [InlineData(RepackObjective.FewestHosts, "h2", "h2 is to be freed; h1 has room")]
    [InlineData(RepackObjective.FewestHosts, "h3", "makes room on h3 for containers of hosts that are to be freed")]
    [InlineData(RepackObjective.ConvexCost, "h2", "load costs less on h1 than on h2")]
    [InlineData(RepackObjective.Balance, "h2", "h2 is loaded above the mean, h1 has room")]
    public void Move_Explanation_SaysWhatItIsFor(RepackObjective objective, string from, string why)
    {
        var snapshot = Of(Host("h1"), Host("h2"), Host("h3")) with { Containers = [Container("a", "a", "h2"), Container("b", "b", "h3"), Container("c", "c", "h3")] };
        var waves = Waves(snapshot, new RepackOptions { Objective = objective }, (from == "h2" ? "a" : "b", "h1"));
        Assert.Equal(why, Assert.Single(Assert.Single(waves.Waves).Moves).Explanation);
    }

    private static MigrationWaves Waves(ClusterSnapshot snapshot, RepackOptions options, params (string Container, string Host)[] to)
    {
        var model = new RepackModel(snapshot.Canonical(), options);
        var target = model.Origin.ToArray();
        foreach (var (container, host) in to) target[model.Snapshot.Containers.ToList().FindIndex(c => c.Id == container)] = Array.FindIndex(model.Hosts, h => h.Id == host);
        return new MigrationWaves(model, model.Origin, target);
    }
}
