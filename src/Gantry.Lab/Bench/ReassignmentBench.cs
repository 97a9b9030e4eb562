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

    /// <summary>What a unit beyond a capacity costs at first, in the units of what is above the safety capacity, and how often as much at the end. As long as it rounds to nothing,
    /// nothing may be lacking.</summary>
    private const double LackPrice = 0.5, LackRise = 30_000;

    /// <summary>How much dearer it gets in each round of the second half that still has some.</summary>
    private const double Pressure = 1.15;

    /// <summary>Rounds after which those behind go on from where the best is; not while it is so hot that being behind means nothing.</summary>
    private const int Together = 20, Apart = 40;

    /// <summary>Steps of the first descent: what a move is worth is only known in the valley.</summary>
    private const int Descent = 500_000;

    /// <summary>Processes from which on a problem is cooled once, as slowly as there is time. A smaller one is cooled a first time in this share of it.</summary>
    private const int Large = 3000;
    private const double First = 0.4;

    /// <summary>Steps by process of each later cooling, and how far down the schedule it begins, in turns: an optimum of little things is found by small disturbances, one of large ones by great.</summary>
    private const double StepsAgain = 3000;
    private static readonly double[] _depths = [0.15, 0.3, 0.45, 0.6];

    /// <summary>Time that reading the clock and counting the result take.</summary>
    private const double Reserve = 0.3;

    public sealed record Result(long Initial, long Cost, int Violations, double Seconds);

    public static Result Run(ReassignmentProblem problem, double seconds, int workers, ulong seed)
    {
        var watch = Stopwatch.StartNew();
        var searches = Enumerable.Range(0, workers).Select(w => new ReassignmentSearch(problem, seed + (ulong)w)).ToArray();
        Parallel.ForEach(searches, s => s.Run(Descent, 1e-9, 1e-9));
        Anneal(searches, problem.Processes.Length, watch, seconds - Reserve);
        var best = searches.MinBy(s => s.BestCost)!;
        var (cost, violations) = RoadefEvaluator.Evaluate(problem, best.Best);
        return new Result(RoadefEvaluator.Evaluate(problem, problem.Initial).Cost, cost, violations.Count + (cost == best.BestCost ? 0 : 1), watch.Elapsed.TotalSeconds);
    }

    private static void Anneal(ReassignmentSearch[] searches, int processes, Stopwatch watch, double seconds)
    {
        var (scale, began) = (searches[0].Scale(), watch.Elapsed.TotalSeconds);
        var first = processes < Large ? began + First * (seconds - began) : seconds;
        var steps = Cool(searches, watch, first, 0, scale);
        var perSecond = steps / Math.Max(1e-6, watch.Elapsed.TotalSeconds - began);
        var times = (int)Math.Clamp((seconds - first) * perSecond / (StepsAgain * processes), 1, 100);
        for (var time = 0; time < times && watch.Elapsed.TotalSeconds < seconds; time++)
        {
            var best = searches.MinBy(s => s.BestCost)!;
            foreach (var search in searches) search.Return(best);
            Cool(searches, watch, first + (time + 1) * (seconds - first) / times, _depths[time % _depths.Length], scale);
        }
    }

    /// <summary>Cools from a part of the schedule down to its end.</summary>
    /// <returns>Steps that each search took.</returns>
    private static long Cool(ReassignmentSearch[] searches, Stopwatch watch, double until, double depth, double scale)
    {
        var (speed, total) = (1e6, 0L);
        var pressure = searches.Select(_ => 1.0).ToArray();
        for (var round = 0; round < Rounds && watch.Elapsed.TotalSeconds is var before && before < until; round++)
        {
            var steps = (long)Math.Max(2000, speed * (until - before) / (Rounds - round));
            var price = LackPrice * Math.Pow(LackRise, round / (double)Rounds);
            Parallel.For(0, searches.Length, i =>
            {
                if (searches[i].Lack > 0 && round > Rounds / 2) pressure[i] *= Pressure;
                searches[i].Run(steps, scale * At(depth, round), scale * At(depth, round + 1), (long)(price * pressure[i]));
            });
            (speed, total) = (steps / Math.Max(1e-6, watch.Elapsed.TotalSeconds - before), total + steps);
            if (round > Apart && round % Together == 0) Gather(searches, price * pressure.Max());
        }

        return total;
    }

    private static void Gather(ReassignmentSearch[] searches, double price)
    {
        var first = searches.MinBy(s => s.Cost + price * s.Lack)!;
        foreach (var search in searches)
            if (search != first) search.Follow(first);
    }

    private static double At(double depth, int round) => Hot * Math.Pow(Cold / Hot, depth + (1 - depth) * round / Rounds);
}
