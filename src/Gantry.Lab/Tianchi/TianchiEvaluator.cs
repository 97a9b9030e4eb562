namespace Gantry.Lab.Tianchi;

/// <summary>Cost and broken rules of an assignment, from the rules of the competition and nothing of the search.</summary>
internal static class TianchiEvaluator
{
    private const double Tolerance = 1e-5;

    /// <param name="Cost">Sum over used machines of the mean over time of 1 + 10(e^max(0, cpu/capacity − 0.5) − 1).</param>
    /// <param name="Used">Machines with an instance.</param>
    /// <param name="Violations">Sentences; empty for a valid assignment.</param>
    internal sealed record Result(double Cost, int Used, IReadOnlyList<string> Violations);

    public static Result Evaluate(TianchiInstance instance, IReadOnlyList<int> hostOf)
    {
        var broken = new List<string>();
        var on = new List<int>[instance.Machines.Count];
        for (var i = 0; i < hostOf.Count; i++)
        {
            if (hostOf[i] < 0) broken.Add($"{instance.Instances[i]} has no machine");
            else (on[hostOf[i]] ??= []).Add(instance.AppOf[i]);
        }

        double cost = 0;
        for (var m = 0; m < on.Length; m++)
            if (on[m] is { } apps) cost += Machine(instance, m, apps, broken);
        return new Result(cost, on.Count(o => o is not null), broken);
    }

    private static double Machine(TianchiInstance instance, int m, List<int> apps, List<string> broken)
    {
        var host = instance.Hosts[m];
        double sum = 0;
        for (var t = 0; t < TianchiInstance.Points; t++)
        {
            double cpu = 0, memory = 0;
            foreach (var app in apps)
            {
                cpu += instance.Curves[app][t];
                memory += instance.Curves[app][TianchiInstance.Points + t];
            }

            if (cpu > host.Curves[0] + Tolerance) broken.Add($"{instance.Machines[m]} has too much cpu at {t}");
            if (memory > host.Curves[1] + Tolerance) broken.Add($"{instance.Machines[m]} has too much memory at {t}");
            sum += 1 + 10 * (Math.Exp(Math.Max(0, cpu / host.Curves[0] - 0.5)) - 1);
        }

        for (var s = 0; s < host.Scalars.Length; s++)
            if (apps.Sum(a => instance.Scalars[a][s]) > host.Scalars[s] + Tolerance) broken.Add($"{instance.Machines[m]} has too much of scalar {s}");
        var counts = apps.CountBy(a => a).ToDictionary();
        foreach (var (app, other, most) in RulesOf(instance, counts))
            if (counts.GetValueOrDefault(other) > (app == other ? most + 1 : most)) broken.Add($"{instance.Machines[m]} holds {instance.Apps[app]} and too many of {instance.Apps[other]}");
        return sum / TianchiInstance.Points;
    }

    private static readonly System.Runtime.CompilerServices.ConditionalWeakTable<TianchiInstance, ILookup<int, (int App, int Other, int Most)>> _rules = [];

    private static IEnumerable<(int App, int Other, int Most)> RulesOf(TianchiInstance instance, Dictionary<int, int> counts)
    {
        var rules = _rules.GetValue(instance, i => i.Rules.ToLookup(r => r.App));
        return counts.Keys.SelectMany(app => rules[app]);
    }
}
