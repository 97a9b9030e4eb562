using Gantry.Scheduling.Model;

namespace Gantry.Scheduling.Placing;

/// <summary>The rules between apps, by app.</summary>
internal sealed class InterferenceTable
{
    private readonly Dictionary<int, List<(int Other, int MostOther, int MostOwn)>> _rules = [];

    public InterferenceTable(IReadOnlyList<InterferenceRule> rules, Func<string, int> number)
    {
        foreach (var rule in rules)
        {
            var (app, other) = (number(rule.App), number(rule.Other));
            Of(app).Add((other, rule.Most, int.MaxValue));
            if (app != other) Of(other).Add((app, int.MaxValue, rule.Most));
        }
    }

    /// <summary>An app on the host with which one more of <paramref name="app"/> would break a rule, or -1.</summary>
    public int Blocks(ClusterState state, int app, int host)
    {
        if (!_rules.TryGetValue(app, out var rules)) return -1;
        var own = state.Count(app, host);
        foreach (var (other, mostOther, mostOwn) in rules)
        {
            var there = state.Count(other, host);
            // Beside itself an app may have one more than the rule says.
            if (there > mostOther || (there > 0 && own >= mostOwn)) return other;
        }

        return -1;
    }

    private List<(int Other, int MostOther, int MostOwn)> Of(int app)
    {
        if (!_rules.TryGetValue(app, out var rules)) _rules[app] = rules = [];
        return rules;
    }
}
