using Gantry.Lab.Data;

namespace Gantry.Lab.Bench;

/// <summary>The rows of the scoreboard about predictions and hotspots.</summary>
internal static class ScoreboardRelief
{
    private const double Mean = 0.6, MostViolated = 0.001, LeastSaved = 0.15;

    /// <summary>Of the predictors that are exceeded seldom enough, the one that saves most; the one that is exceeded least when there is none.</summary>
    public static (string, bool?) Predictors(DataFolder folder)
    {
        var scores = PredictorBench.PlanetLab(folder);
        var best = scores.Where(s => s.Violated < MostViolated).MaxBy(s => s.Saving) ?? scores.MinBy(s => s.Violated)!;
        return (FormattableString.Invariant($"{best.Name}: {best.Saving:0.0%} saved, {best.Violated:0.00%} violated (containers with an earlier day, an hour ahead)"), best.Saving >= LeastSaved && best.Violated < MostViolated);
    }

    public static (string, bool?) Relief(DataFolder folder, ScoreSettings settings, Action<double> report)
    {
        int before = 0, after = 0, moves = 0;
        foreach (var (i, day) in settings.Days.Index())
        {
            var result = HotspotBench.Replay(PlanetLabReader.Read(folder, day), Mean);
            (before, after, moves) = (before + result.Static.All, after + result.Relieved.All, moves + result.Moves);
            report((i + 0.99) / settings.Days.Count);
        }

        return (FormattableString.Invariant($"{1 - after / (double)Math.Max(1, before):0.0%} fewer ({before} to {after}), {moves} moves, hosts at a mean of {Mean:0%}"), after <= 0.1 * before);
    }

    public static (string, bool?) PlanTime()
    {
        var milliseconds = HotspotBench.PlanTime(0);
        return (FormattableString.Invariant($"{milliseconds:0.0} ms (median of 9)"), milliseconds < 50);
    }
}
