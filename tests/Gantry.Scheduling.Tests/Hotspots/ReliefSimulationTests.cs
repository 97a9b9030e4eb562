using Gantry.Scheduling.Hotspots;
using Gantry.Scheduling.Model;
using Gantry.Scheduling.Profiles;
using Gantry.Scheduling.Tests.Support;

namespace Gantry.Scheduling.Tests.Hotspots;

/// <summary>Days of a small cluster with a pass every five minutes: what is relieved, what it costs, and that the limits hold over hours and not only within one
/// pass. Loads follow the sun at hours of their own, with noise and bursts.</summary>
public sealed class ReliefSimulationTests
{
    private const int Hosts = 12, Containers = 96, Capacity = 16_000, Samples = 30, PerHour = 12, Minutes = 5;

    /// <summary>Of the intervals in which a host would be over its capacity with nobody doing anything, at least four in five are gone, for fewer moves an hour
    /// than 3 % of the containers; nothing that was moved is moved again within its half hour, and every single plan keeps every rule.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Day_OfCurvesAndBursts_IsRelievedWithinItsLimits(int seed)
    {
        var (left, _) = Run((ulong)seed, relieve: false);
        var (over, moves) = Run((ulong)seed, relieve: true);
        Assert.True(left >= 60, $"{left} overloaded intervals are none to speak of");
        Assert.True(over <= left / 5, $"{over} of {left} overloaded intervals stay");
        Assert.InRange(moves.Count, 1, 24 * 3);
        foreach (var of in moves.GroupBy(m => m.Container).Select(g => g.Select(m => m.At).ToList()))
            for (var i = 1; i < of.Count; i++) Assert.True(of[i] - of[i - 1] >= TimeSpan.FromMinutes(30));
    }

    /// <summary>Any hour, not only from one full hour to the next: what was moved in the last sixty minutes counts against the next pass.</summary>
    [Theory]
    [InlineData(0.03, 2)]
    [InlineData(0.05, 4)]
    [InlineData(0.1, 9)]
    public void Hour_BeginningAtAnyPass_HasNoMoreMovesThanAllowed(double share, int most)
    {
        // Cooled down for longer than an hour, so that no container's earlier move is forgotten for its later one.
        var (_, moves) = Run(4, relieve: true, new HotspotPolicy { MaxMovesPerHour = share, CoolDownSeconds = 3900, Threshold = 0.6 });
        Assert.True(moves.Count > most);
        foreach (var (_, from) in moves) Assert.InRange(moves.Count(m => m.At >= from && m.At < from.AddHours(1)), 1, most);
    }

    /// <summary>What may not be moved is where it was, after a whole day too, and an app that may be moved once a pass is never moved twice in one.</summary>
    [Fact]
    public void Day_OfMoves_LeavesWhatMustStay()
    {
        var (_, moves) = Run(5, relieve: true, new HotspotPolicy { MaxMovesPerHour = 1, CoolDownSeconds = 0 }, c => c with { Movable = int.Parse(c.Id.AsSpan(1)) % 3 != 0, App = $"app{int.Parse(c.Id.AsSpan(1)) % 7}" });
        Assert.NotEmpty(moves);
        Assert.All(moves, m => Assert.NotEqual(0, int.Parse(m.Container.AsSpan(1)) % 3));
        Assert.All(moves.GroupBy(m => (m.At, int.Parse(m.Container.AsSpan(1)) % 7)), g => Assert.Single(g));
    }

    /// <summary>Half of the hosts are to be emptied by others: nothing is brought to them in a whole day.</summary>
    [Fact]
    public void Day_WithHostsThatDrain_BringsThemNothing()
    {
        var targets = new HashSet<string>();
        Run(6, relieve: true, host: h => h with { State = int.Parse(h.Id.AsSpan(1)) < 4 ? HostState.Draining : HostState.Ready }, moved: m => targets.Add(m.To));
        Assert.NotEmpty(targets);
        Assert.All(targets, t => Assert.True(int.Parse(t.AsSpan(1)) >= 4));
    }

    /// <returns>Intervals in which a host was over its capacity, and every move with its time.</returns>
    private static (int Over, List<(string Container, DateTimeOffset At)> Moves) Run(
        ulong seed, bool relieve, HotspotPolicy? policy = null, Func<ContainerSnapshot, ContainerSnapshot>? container = null, Func<HostSnapshot, HostSnapshot>? host = null, Action<Move>? moved = null)
    {
        var d = new Draw(seed);
        // By host, so that those of one host peak together: where chance has put them.
        var home = Enumerable.Range(0, Containers).Select(i => i * Hosts / Containers).ToArray();
        var (level, hour) = (home.Select(_ => d.Double(600, 1800)).ToArray(), home.Select(h => h * 2 + d.Double(-2, 2)).ToArray());
        var (noise, burst) = (new double[Containers], new int[Containers]);
        var windows = home.Select(_ => new Queue<float>()).ToArray();
        var movedAt = new DateTimeOffset?[Containers];
        var (over, moves) = (0, new List<(string, DateTimeOffset)>());
        for (var pass = -Samples; pass < 24 * PerHour; pass++)
        {
            var now = HotClusters.Now.AddMinutes(Minutes * pass);
            var use = new double[Hosts];
            for (var i = 0; i < Containers; i++)
            {
                noise[i] = 0.8 * noise[i] + 0.6 * d.Normal();
                if (d.Once(400)) burst[i] = d.Int(4, 12);
                burst[i] = Math.Max(0, burst[i] - 1);
                var sun = 1 + 0.7 * Math.Cos((now.TimeOfDay.TotalHours - hour[i]) * Math.PI / 12);
                var sample = level[i] * Math.Max(0, sun * (1 + 0.1 * noise[i]) + (burst[i] > 0 ? 0.5 : 0));
                windows[i].Enqueue((float)sample);
                if (windows[i].Count > Samples) windows[i].Dequeue();
                use[home[i]] += sample;
            }

            if (pass < 0) continue;
            over += use.Count(u => u > Capacity);
            if (!relieve) continue;
            var snapshot = new ClusterSnapshot
            {
                Now = now,
                Resources = ["cpu"],
                Hosts = [.. Enumerable.Range(0, Hosts).Select(h => new HostSnapshot($"h{h:00}", [Capacity])).Select(h => host is null ? h : host(h))],
                Containers =
                [
                    .. home.Select((h, i) => new ContainerSnapshot($"c{i:00}", $"a{i}", $"h{h:00}", [4000]) { MovedAt = movedAt[i], Profiles = [new ProfileSnapshot(windows[i].ToArray())] })
                        .Select(c => container is null ? c : container(c)),
                ],
                Policy = new ClusterPolicy { Overcommit = [new("", "cpu", 8)], Hotspots = policy ?? new HotspotPolicy() },
            };
            var plan = Sandpiper.Plan(snapshot).Value;
            Assert.Empty(PlainSandpiper.Violations(snapshot, plan));
            foreach (var move in plan.Waves.SelectMany(w => w.Moves))
            {
                var i = int.Parse(move.ContainerId.AsSpan(1));
                (home[i], movedAt[i]) = (int.Parse(move.To.AsSpan(1)), now);
                moves.Add((move.ContainerId, now));
                moved?.Invoke(move);
            }
        }

        return (over, moves);
    }
}
