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
            var most = app == other ? rule.Most + 1 : rule.Most;
            Of(app).Add((other, most, int.MaxValue));
            if (app != other) Of(other).Add((app, int.MaxValue, most));
        }
    }

    /// <summary>An app on the host with which one more of <paramref name="app"/> would break a rule, or -1.</summary>
    public int Blocks(ClusterState state, int app, int host)
    {
        if (!_rules.TryGetValue(app, out var rules)) return -1;
        var own = state.Count(app, host);
        foreach (var (other, mostOther, mostOwn) in rules)
        {
            if (other == app)
            {
                if (own + 1 > mostOther) return other;
                continue;
            }

            var there = state.Count(other, host);
            if (there > mostOther || (there > 0 && own + 1 > mostOwn)) return other;
        }

        return -1;
    }

    private List<(int Other, int MostOther, int MostOwn)> Of(int app)
    {
        if (!_rules.TryGetValue(app, out var rules)) _rules[app] = rules = [];
        return rules;
    }
}
