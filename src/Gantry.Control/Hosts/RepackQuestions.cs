using Gantry.Scheduling.Repacking;

namespace Gantry.Control.Hosts;

/// <summary>What operators ask for, in the scheduler's words.</summary>
internal static class RepackQuestions
{
    private static readonly Dictionary<string, RepackObjective> _objectives = new(StringComparer.Ordinal)
    {
        ["fewest-hosts"] = RepackObjective.FewestHosts,
        ["convex-cost"] = RepackObjective.ConvexCost,
        ["balance"] = RepackObjective.Balance,
    };

    public static IEnumerable<string> Objectives => _objectives.Keys;

    /// <returns>Null for an objective that nobody knows.</returns>
    public static RepackOptions? ToOptions(RepackQuestion question) => _objectives.TryGetValue(question.Objective, out var objective)
        ? new RepackOptions
        {
            Objective = objective,
            MaxMovedShare = question.MaxMovedShare,
            StopTheWorld = question.StopTheWorld,
            Prices = new SortedDictionary<string, double> { [""] = question.PricePerHost },
        }
        : null;
}
