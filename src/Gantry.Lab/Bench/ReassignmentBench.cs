using System.Diagnostics;
using Gantry.Lab.Roadef;
using Gantry.Scheduling.Repacking;

namespace Gantry.Lab.Bench;

/// <summary>Runs the reassignment search against the clock, one search a core.</summary>
internal static class ReassignmentBench
{
    private const int Rounds = 200;

    /// <summary>Temperatures at the beginning and the end, as parts of the mean rise of a random shift.</summary>
    private const double Hot = 2, Cold = 5e-7;

    /// <summary>What a unit beyond a capacity costs at first, in the units of what is above the safety capacity, and how often as much at the end.</summary>
    private const double LackPrice = 2, LackRise = 3000;

    /// <summary>How much dearer it gets in each round of the second half that still has some.</summary>
    private const double Pressure = 1.15;

    /// <summary>Rounds after which those behind go on from where the best is; not while it is so hot that being behind means nothing.</summary>
    private const int Together = 20, Apart = 40;

    /// <summary>Steps of the first descent: what a move is worth is only known in the valley.</summary>
    private const int Descent = 500_000;

    /// <summary>Time that reading the clock and counting the result take.</summary>
    private const double Reserve = 0.3;

    public sealed record Result(long Initial, long Cost, int Violations, double Seconds);

    public static Result Run(ReassignmentProblem problem, double seconds, int workers, ulong seed)
    {
        var watch = Stopwatch.StartNew();
        var searches = Enumerable.Range(0, workers).Select(w => new ReassignmentSearch(problem, seed + (ulong)w)).ToArray();
        Parallel.ForEach(searches, s => s.Run(Descent, 1e-9, 1e-9));
        Anneal(searches, watch, seconds - Reserve);
        var best = searches.MinBy(s => s.BestCost)!;
        var (cost, violations) = RoadefEvaluator.Evaluate(problem, best.Best);
        return new Result(RoadefEvaluator.Evaluate(problem, problem.Initial).Cost, cost, violations.Count + (cost == best.BestCost ? 0 : 1), watch.Elapsed.TotalSeconds);
    }

    private static void Anneal(ReassignmentSearch[] searches, Stopwatch watch, double seconds)
    {
        var (scale, speed) = (searches[0].Scale(), 1e6);
        var pressure = searches.Select(_ => 1.0).ToArray();
        for (var round = 0; round < Rounds && watch.Elapsed.TotalSeconds is var before && before < seconds; round++)
        {
            var steps = (long)Math.Max(2000, speed * (seconds - before) / (Rounds - round));
            var price = LackPrice * Math.Pow(LackRise, round / (double)Rounds);
            Parallel.For(0, searches.Length, i =>
            {
                if (searches[i].Lack > 0 && round > Rounds / 2) pressure[i] *= Pressure;
                searches[i].Run(steps, scale * At(round), scale * At(round + 1), (long)(price * pressure[i]));
            });
            speed = steps / Math.Max(1e-6, watch.Elapsed.TotalSeconds - before);
            if (round > Apart && round % Together == 0) Gather(searches, price * pressure.Max());
        }
    }

    private static void Gather(ReassignmentSearch[] searches, double price)
    {
        var first = searches.MinBy(s => s.Cost + price * s.Lack)!;
        foreach (var search in searches)
            if (search != first) search.Follow(first);
    }

    private static double At(int round) => Hot * Math.Pow(Cold / Hot, round / (double)Rounds);
}
