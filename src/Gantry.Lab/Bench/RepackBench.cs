using System.Diagnostics;
using Gantry.Lab.Tianchi;
using Gantry.Scheduling.Repacking;

namespace Gantry.Lab.Bench;

/// <summary>Runs the packing search against the clock: measures how fast it is, then gives it the steps that fit.</summary>
internal static class RepackBench
{
    private const int Rounds = 100;

    private const double Hot = 0.1;

    /// <summary>Hosts beyond those of the fluid bound: whole items need some slack.</summary>
    private const double Slack = 0.0125;

    private const double Cold = 0.0007;

    public sealed record Result(double Bound, double Constructed, double Cost, int Used, int Violations, long Steps, double Seconds);

    public static Result Tianchi(TianchiInstance instance, double seconds, int workers, ulong seed, Action<double, double>? progress = null)
    {
        var watch = Stopwatch.StartNew();
        var state = new PackingState(instance.ToProblem());
        var (hosts, bound) = FluidBound.Best(state.Problem);
        hosts = [.. hosts, .. Enumerable.Range(0, state.Problem.Hosts.Length).Except(hosts).Take((int)(Slack * hosts.Count))];
        var homeless = PackingConstruction.Fill(state, hosts, seed);
        var constructed = state.TotalCost;
        var search = new PackingSearch(state, hosts, workers, seed);
        var steps = 20_000;
        long total = 0;
        for (var done = 0.0; done < 1;)
        {
            var before = watch.Elapsed.TotalSeconds;
            var rest = seconds - before;
            if (rest <= 0) break;
            // One share of the temperature's way for each share of the time.
            var share = Math.Min(1 - done, done == 0 ? 0.002 : 1.0 / Rounds);
            var workersOfRound = search.Deal(steps, Hot * Math.Pow(Cold / Hot, done), Hot * Math.Pow(Cold / Hot, done + share));
            Parallel.ForEach(workersOfRound, w => w.Run());
            total += (long)steps * workers;
            done += share;
            var speed = steps / (watch.Elapsed.TotalSeconds - before);
            steps = (int)Math.Max(1000, speed * (seconds - watch.Elapsed.TotalSeconds) * Math.Min(1.0 / Rounds, 1 - done) / Math.Max(1e-9, 1 - done));
            progress?.Invoke(done, state.TotalCost);
        }

        var result = TianchiEvaluator.Evaluate(instance, state.HostOf);
        return new Result(bound, constructed, result.Cost, result.Used, result.Violations.Count + homeless.Count, total, watch.Elapsed.TotalSeconds);
    }
}
