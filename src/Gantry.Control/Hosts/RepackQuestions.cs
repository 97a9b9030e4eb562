using Gantry.Domain;
using Gantry.Scheduling.Model;
using Gantry.Scheduling.Repacking;

namespace Gantry.Control.Hosts;

/// <summary>What operators ask for, in the scheduler's words.</summary>
internal static class RepackQuestions
{
    public const string FewestHosts = "fewest-hosts";
    public const string Balance = "balance";

    private static readonly Dictionary<string, RepackObjective> _objectives = new(StringComparer.Ordinal)
    {
        [FewestHosts] = RepackObjective.FewestHosts,
        ["convex-cost"] = RepackObjective.ConvexCost,
        [Balance] = RepackObjective.Balance,
    };

    /// <summary>Seconds of one core on a large cluster: not on a thread that serves requests.</summary>
    public static async Task<Outcome<RepackPlan>> PlanAsync(RepackQuestion question, ClusterSnapshot snapshot, CancellationToken token) =>
        ToOptions(question) is { } options
            ? await Task.Run(() => ClusterRepack.Plan(snapshot, options), token).ConfigureAwait(false)
            : Refusal.Invalid("objective", $"must be one of {string.Join(", ", _objectives.Keys)}");

    /// <returns>Null for an objective that nobody knows.</returns>
    public static RepackOptions? ToOptions(RepackQuestion question) => _objectives.TryGetValue(question.Objective, out var objective)
        ? new RepackOptions
        {
            Objective = objective,
            MaxMovedShare = question.MaxMovedShare,
            StopTheWorld = question.StopTheWorld,
            // Hosts without a price are worth the same, not nothing.
            Prices = question.PricePerHost == 0 ? new SortedDictionary<string, double>() : new SortedDictionary<string, double> { [""] = question.PricePerHost },
        }
        : null;
}
