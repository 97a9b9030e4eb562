using System.Diagnostics;
using Gantry.Lab.Roadef;
using Gantry.Scheduling.Repacking;

namespace Gantry.Lab.Bench;

/// <summary>Runs the reassignment search against the clock, one search a core.</summary>
internal static class ReassignmentBench
{
    private const int Rounds = 200;

    private const double Hot = 0.05;

    private const double Cold = 1e-6;

    public sealed record Result(long Initial, long Cost, int Violations, double Seconds);

    public static Result Run(ReassignmentProblem problem, double seconds, int workers, ulong seed)
    {
        var searches = Enumerable.Range(0, workers).Select(w => new ReassignmentSearch(problem, seed + (ulong)w)).ToArray();
        var watch = Stopwatch.StartNew();
        Parallel.ForEach(searches, search => Anneal(search, seconds - 0.3));
        var best = searches.MinBy(s => s.BestCost)!;
        var (cost, violations) = RoadefEvaluator.Evaluate(problem, best.Best);
        return new Result(RoadefEvaluator.Evaluate(problem, problem.Initial).Cost, cost, violations.Count + (cost == best.BestCost ? 0 : 1), watch.Elapsed.TotalSeconds);
    }

    private static void Anneal(ReassignmentSearch search, double seconds)
    {
        var watch = Stopwatch.StartNew();
        // Down the hill first: the start is far from good, and what a move is worth is only known in the valley.
        double speed = 200_000;
        for (var round = 0; round < Rounds; round++)
        {
            var before = watch.Elapsed.TotalSeconds;
            if (before >= seconds) return;
            var share = round / (double)Rounds;
            var scale = ScaleOf(search);
            var steps = (long)Math.Max(2000, speed * (seconds - before) / (Rounds - round));
            search.Run(steps, scale * At(share), scale * At(share + 1.0 / Rounds));
            speed = steps / Math.Max(1e-6, watch.Elapsed.TotalSeconds - before);
        }
    }

    private static readonly System.Runtime.CompilerServices.ConditionalWeakTable<ReassignmentSearch, object> _scales = [];

    private static double ScaleOf(ReassignmentSearch search) => (double)_scales.GetValue(search, s =>
    {
        s.Run(500_000, 1e-9, 1e-9);
        return s.Scale();
    });

    private static double At(double share) => Hot * Math.Pow(Cold / Hot, share);
}
