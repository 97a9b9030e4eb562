using System.Diagnostics;
using Gantry.Lab.Data;
using Gantry.Scheduling.Hotspots;
using Gantry.Scheduling.Model;
using Gantry.Scheduling.Profiles;

namespace Gantry.Lab.Bench;

/// <summary>The rows of the scoreboard about predictions and hotspots.</summary>
internal static class ScoreboardRelief
{
    public static (string, bool?) Predictors(DataFolder folder, ScoreSettings settings) =>
        throw new LabException($"No benchmark of the predictors is built yet; {settings.Days.Count} days of {folder.Path} are there for one.");

    public static (string, bool?) Relief(DataFolder folder, ScoreSettings settings, Action<double> report)
    {
        int before = 0, after = 0, moves = 0;
        foreach (var (i, day) in settings.Days.Index())
        {
            var result = HotspotBench.Replay(PlanetLabReader.Parse(File.ReadLines(folder.File($"planetlab/{day}.csv"))));
            (before, after, moves) = (before + result.StaticOverloads, after + result.Overloads, moves + result.Moves);
            report((i + 0.99) / settings.Days.Count);
        }

        return (FormattableString.Invariant($"{1 - after / (double)Math.Max(1, before):0.0%} fewer ({before} to {after}), {moves} moves"), after <= 0.1 * before);
    }

    /// <summary>Ten thousand containers on a thousand hosts; fifty hosts are hot, the rest is at a third.</summary>
    public static (string, bool?) PlanTime()
    {
        static string Name(int number) => number.ToString("00000", System.Globalization.CultureInfo.InvariantCulture);
        var snapshot = new ClusterSnapshot
        {
            Hosts = [.. Enumerable.Range(0, 1000).Select(h => new HostSnapshot(Name(h), [8000, 64L << 30]))],
            Containers = [.. Enumerable.Range(0, 10_000).Select(c =>
            {
                var window = Enumerable.Range(0, ProfileState.WindowSize).Select(i => (c % 1000 < 50 ? 650f : 300f) + (c * 7 + i * 13) % 100).ToArray();
                return new ContainerSnapshot(Name(c), Name(c), Name(c % 1000), [1000, 1L << 30]) { Profiles = [new ProfileSnapshot(window), new ProfileSnapshot([.. window.Select(w => w * 1e6f)])] };
            })],
            Policy = new ClusterPolicy { Overcommit = [new Overcommit("", ResourceNames.Cpu, 2)], Hotspots = new HotspotPolicy { MaxMoves = 300 } },
        };
        var times = Enumerable.Range(0, 9).Select(_ =>
        {
            var start = Stopwatch.GetTimestamp();
            Sandpiper.Plan(snapshot);
            return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }).Order().ToArray();
        return (FormattableString.Invariant($"{times[4]:0.0} ms (median of 9)"), times[4] < 50);
    }
}
