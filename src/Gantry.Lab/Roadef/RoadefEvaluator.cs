using Gantry.Scheduling.Repacking;

namespace Gantry.Lab.Roadef;

/// <summary>Cost and broken rules of an assignment, straight from the text of the challenge and nothing of the search.</summary>
internal static class RoadefEvaluator
{
    public static (long Cost, IReadOnlyList<string> Violations) Evaluate(ReassignmentProblem p, IReadOnlyList<int> of)
    {
        var on = Enumerable.Range(0, of.Count).ToLookup(i => of[i]);
        long cost = 0;
        for (var m = 0; m < p.Machines.Length; m++) cost += Machine(p, m, on[m]);
        var moved = Enumerable.Range(0, of.Count).Where(i => of[i] != p.Initial[i]).ToList();
        cost += p.ProcessMoveWeight * moved.Sum(i => p.Processes[i].MoveCost);
        cost += p.ServiceMoveWeight * moved.GroupBy(i => p.Processes[i].Service).Select(g => g.Count()).DefaultIfEmpty().Max();
        cost += p.MachineMoveWeight * Enumerable.Range(0, of.Count).Sum(i => p.Machines[p.Initial[i]].MoveCost[of[i]]);
        return (cost, [.. Capacity(p, of, on), .. Services(p, of)]);
    }

    private static long Machine(ReassignmentProblem p, int m, IEnumerable<int> processes)
    {
        var machine = p.Machines[m];
        var use = p.Resources.Select((_, r) => processes.Sum(i => p.Processes[i].Need[r])).ToArray();
        var load = p.Resources.Select((resource, r) => resource.Weight * Math.Max(0, use[r] - machine.Safety[r])).Sum();
        return load + p.Balances.Sum(b => b.Weight * Math.Max(0, b.Target * (machine.Capacity[b.First] - use[b.First]) - (machine.Capacity[b.Second] - use[b.Second])));
    }

    private static IEnumerable<string> Capacity(ReassignmentProblem p, IReadOnlyList<int> of, ILookup<int, int> on)
    {
        var home = Enumerable.Range(0, of.Count).ToLookup(i => p.Initial[i]);
        for (var m = 0; m < p.Machines.Length; m++)
        {
            for (var r = 0; r < p.Resources.Length; r++)
            {
                var there = p.Resources[r].Transient ? on[m].Union(home[m]) : on[m];
                if (there.Sum(i => p.Processes[i].Need[r]) > p.Machines[m].Capacity[r]) yield return $"machine {m} has too much of resource {r}";
            }
        }
    }

    private static IEnumerable<string> Services(ReassignmentProblem p, IReadOnlyList<int> of)
    {
        var processes = Enumerable.Range(0, of.Count).ToLookup(i => p.Processes[i].Service);
        HashSet<int> Areas(int service) => [.. processes[service].Select(i => p.Machines[of[i]].Neighbourhood)];
        for (var s = 0; s < p.Services.Length; s++)
        {
            if (processes[s].Select(i => of[i]).Distinct().Count() != processes[s].Count()) yield return $"service {s} has two processes on one machine";
            if (processes[s].Select(i => p.Machines[of[i]].Location).Distinct().Count() < p.Services[s].SpreadMin) yield return $"service {s} is in too few locations";
            foreach (var on in p.Services[s].DependsOn)
                if (!Areas(s).IsSubsetOf(Areas(on))) yield return $"service {s} is in a neighbourhood without service {on}";
        }
    }
}
