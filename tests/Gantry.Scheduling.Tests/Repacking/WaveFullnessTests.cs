using CsCheck;
using Gantry.Scheduling.Model;
using Gantry.Scheduling.Repacking;
using Gantry.Scheduling.Tests.Support;
using static Gantry.Scheduling.Tests.Clusters;

namespace Gantry.Scheduling.Tests.Repacking;

/// <summary>Waves are as full as they may be, and a host is stepped aside for only where nothing else helps: a migration takes no longer than it must.</summary>
public sealed class WaveFullnessTests
{
    /// <summary>Containers sent about at random, make before break.</summary>
    private static Gen<(ClusterSnapshot Snapshot, RepackOptions Options, MigrationWaves Waves)> Any => Gen.Select(RepackClusters.Any, RepackClusters.Options, Gen.ULong).Select((snapshot, options, seed) =>
    {
        // Where the search is stricter on purpose, the checker's answer would be another one.
        (snapshot, options) = (EvenClusters.Of(snapshot), options with { StopTheWorld = false, MaxMovedShare = 1 });
        var (d, model) = (new Draw(seed), new RepackModel(snapshot.Canonical(), options));
        var state = new RepackState(model, model.Origin);
        foreach (var container in d.Shuffled(Enumerable.Range(0, model.Origin.Length).Where(c => model.Movable[c] && model.Origin[c] >= 0)))
        {
            var (to, home) = (d.Int(0, model.Hosts.Length - 1), state.HostOf[container]);
            state.Leave(container, home);
            var fits = state.Fits(model.KindAt(container), to);
            state.Enter(container, home);
            if (fits) state.Move(container, to);
        }

        return (snapshot, options, new MigrationWaves(model, model.Origin, state.HostOf));
    });

    /// <summary>No move of a later wave could have gone with an earlier one: there it would have broken a limit or a rule, beside all copies of that wave.</summary>
    [Fact]
    public void Wave_OfAnyPlan_LeavesOutNothingThatCouldHaveGoneWithIt() => Any.Sample(c =>
    {
        var now = c.Snapshot;
        for (var w = 0; w < c.Waves.Waves.Count; w++)
        {
            var wave = c.Waves.Waves[w];
            // A wave of one that steps aside is made when no move fits at all, which the next test is about.
            if (!IsStep(wave))
                foreach (var later in c.Waves.Waves.Skip(w + 1).SelectMany(l => l.Moves).Where(m => !IsStep(m)))
                {
                    if (now.Containers.Single(x => x.Id == later.ContainerId).Host is var at && (at == later.To || wave.Moves.Any(m => m.ContainerId == later.ContainerId))) continue;
                    var wider = wave with { Moves = [.. wave.Moves, later with { From = at }] };
                    Assert.True(
                        RepackChecker.Violations(now, c.Options, [wider]).Count > 0 || PlainRepack.TooRisky(now, c.Options, [wider]).Any(),
                        $"{later.ContainerId} could have gone to {later.To} in wave {w}");
                }

            now = RepackClusters.After(now, [wave]);
        }
    }, iter: 900);

    /// <summary>Where one steps aside no move of those that are left was possible, and right after it one is: that into the host it has left.</summary>
    [Fact]
    public void Step_Aside_IsTakenWhereNothingElseGoes_AndLetsAnotherIn() => Any.Sample(c =>
    {
        var now = c.Snapshot;
        for (var w = 0; w < c.Waves.Waves.Count; w++)
        {
            var wave = c.Waves.Waves[w];
            if (IsStep(wave))
            {
                var step = Assert.Single(wave.Moves);
                foreach (var later in c.Waves.Waves.Skip(w + 1).SelectMany(l => l.Moves).Where(m => !IsStep(m)))
                {
                    var at = now.Containers.Single(x => x.Id == later.ContainerId).Host;
                    var alone = new MoveWave([later with { From = at }], 0);
                    Assert.True(at == later.To || RepackChecker.Violations(now, c.Options, [alone]).Count > 0 || PlainRepack.TooRisky(now, c.Options, [alone]).Any());
                }

                // Another steps aside meanwhile at most: then some wave brings a container to where the first has been.
                Assert.Contains(c.Waves.Waves.Skip(w + 1).SelectMany(l => l.Moves), m => m.To == step.From);
            }

            now = RepackClusters.After(now, [wave]);
        }
    }, iter: 1500);

    /// <summary>What is dropped can't go even at the end, alone: its sentence is not an excuse.</summary>
    [Fact]
    public void Drop_OfAnyMove_IsOfOneThatCannotGoAtTheEnd() => Any.Sample(c =>
    {
        var end = RepackClusters.After(c.Snapshot, c.Waves.Waves);
        foreach (var dropped in c.Waves.Dropped)
        {
            var target = dropped.Explanation[..dropped.Explanation.IndexOf(' ')];
            var alone = new MoveWave([new Move(dropped.Subject, end.Containers.Single(x => x.Id == dropped.Subject).Host, target, "")], 0);
            Assert.True(RepackChecker.Violations(end, c.Options, [alone]).Count > 0 || PlainRepack.TooRisky(end, c.Options, [alone]).Any(), dropped.Explanation);
            Assert.EndsWith(" while the old containers still run, and no third host can help: free some room, or repack with the world stopped.", dropped.Explanation);
        }
    }, iter: 900);

    /// <summary>By hand, how many waves so many equal moves take: the narrowest of the three limits decides.</summary>
    [Theory]
    [InlineData(12, 50, 50, 50, 1)]
    [InlineData(12, 5, 50, 50, 3)]
    [InlineData(12, 50, 4, 50, 3)] // one host they all leave
    [InlineData(12, 50, 50, 2, 2)] // three apps of four each
    [InlineData(12, 50, 5, 1, 4)] // three a wave, one of each app
    [InlineData(12, 1, 50, 50, 12)]
    public void Waves_OfEqualMoves_AreAsManyAsTheNarrowestLimitMakes(int moves, int atOnce, int perHost, int perApp, int waves)
    {
        var snapshot = Of([Host("h0", 64_000, 64_000), .. Enumerable.Range(1, moves).Select(i => Host($"h{i:00}"))]) with
        {
            Containers = [.. Enumerable.Range(0, moves).Select(i => Container($"c{i:00}", $"a{i % 3}", "h0"))],
        };
        var model = new RepackModel(snapshot.Canonical(), new RepackOptions { MovesAtOnce = atOnce, MovesAtOncePerHost = perHost, MovesAtOncePerApp = perApp });
        var made = new MigrationWaves(model, model.Origin, [.. Enumerable.Range(1, moves)]);
        Assert.Empty(made.Dropped);
        Assert.Equal(moves, made.Waves.Sum(w => w.Moves.Count));
        Assert.Equal(waves, made.Waves.Count);
    }

    private static bool IsStep(MoveWave wave) => wave.Moves.Count == 1 && IsStep(wave.Moves[0]);

    private static bool IsStep(Move move) => move.Explanation.StartsWith("steps aside", StringComparison.Ordinal);
}
