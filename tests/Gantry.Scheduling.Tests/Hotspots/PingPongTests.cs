using Gantry.Scheduling.Hotspots;
using Gantry.Scheduling.Model;
using Gantry.Scheduling.Profiles;
using Gantry.Scheduling.Tests.Support;

namespace Gantry.Scheduling.Tests.Hotspots;

/// <summary>24 simulated hours of noise that never changes its kind, a pass every five minutes, every move carried out: what is done about chance must
/// not become a habit.</summary>
public sealed class PingPongTests
{
    private const int Hosts = 4, Containers = 32, Passes = 24 * 12, Samples = 30, Capacity = 10_000;

    /// <summary>Mean load of the hosts in percent, how much of a deviation stays from sample to sample, and the most moves a day, of the 48 that two an hour
    /// would allow. Loads that wander for hours at two thirds of a host do become too much in places: that is relieved, and little of it goes back within two hours.</summary>
    [Theory]
    [InlineData(50, 0.0, 0, 0)]
    [InlineData(50, 0.9, 0, 0)]
    [InlineData(65, 0.0, 0, 0)]
    [InlineData(65, 0.9, 24, 4)]
    [InlineData(70, 0.5, 36, 4)]
    public void Noise_Stationary_MovesLittleAndHardlyBack(int percent, double memory, int most, int mostBack)
    {
        for (ulong seed = 1; seed <= 8; seed++)
        {
            var (moves, back) = Day(new Draw(seed), percent, memory);
            Assert.InRange(moves, 0, most);
            Assert.InRange(back, 0, mostBack);
        }
    }

    /// <summary>The same day when one container doubles at noon and stays so: it is answered once, and then there is peace.</summary>
    [Fact]
    public void Step_AtNoon_IsAnsweredOnce()
    {
        for (ulong seed = 1; seed <= 8; seed++)
        {
            var (moves, back) = Day(new Draw(seed), 52, 0.3, step: 4);
            Assert.InRange(moves, 1, 20);
            Assert.InRange(back, 0, 4);
        }
    }

    /// <returns>Moves of the day, and those that took a container to a host that it had left within two hours.</returns>
    private static (int Moves, int Back) Day(Draw d, int percent, double memory, double step = 1)
    {
        var level = percent / 100.0 * Capacity * Hosts / Containers;
        var home = Enumerable.Range(0, Containers).Select(i => $"h{i % Hosts}").ToArray();
        var left = new Dictionary<(int, string), DateTimeOffset>();
        var movedAt = new DateTimeOffset?[Containers];
        var deviation = new double[Containers];
        var windows = Enumerable.Range(0, Containers).Select(_ => new Queue<float>()).ToArray();
        var (moves, back) = (0, 0);
        for (var pass = -Samples; pass < Passes; pass++)
        {
            for (var i = 0; i < Containers; i++)
            {
                deviation[i] = memory * deviation[i] + Math.Sqrt(1 - memory * memory) * d.Normal();
                windows[i].Enqueue((float)Math.Max(0, (i == 0 && pass > Passes / 2 ? step : 1) * level * (1 + 0.25 * deviation[i])));
                if (windows[i].Count > Samples) windows[i].Dequeue();
            }

            if (pass < 0) continue;
            var now = HotClusters.Now.AddMinutes(5 * pass);
            foreach (var move in Sandpiper.Plan(Snapshot(now, home, movedAt, windows)).Value.Waves.SelectMany(w => w.Moves))
            {
                var i = int.Parse(move.ContainerId.AsSpan(1));
                moves++;
                left[(i, home[i])] = now;
                if (left.TryGetValue((i, move.To), out var then) && now - then < TimeSpan.FromHours(2)) back++;
                (home[i], movedAt[i]) = (move.To, now);
            }
        }

        return (moves, back);
    }

    private static ClusterSnapshot Snapshot(DateTimeOffset now, string[] home, DateTimeOffset?[] movedAt, Queue<float>[] windows) => new()
    {
        Now = now,
        Resources = ["cpu"],
        Hosts = [.. Enumerable.Range(0, Hosts).Select(i => new HostSnapshot($"h{i}", [Capacity]))],
        Containers = [.. home.Select((h, i) => new ContainerSnapshot($"c{i:00}", $"a{i}", h, [Capacity / 2]) { MovedAt = movedAt[i], Profiles = [new ProfileSnapshot(windows[i].ToArray())] })],
        Policy = new ClusterPolicy { Overcommit = [new("", "cpu", 4)] },
    };
}
