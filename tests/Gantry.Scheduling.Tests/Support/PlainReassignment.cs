using Gantry.Scheduling.Repacking;

namespace Gantry.Scheduling.Tests.Support;

/// <summary>The machine reassignment problem from its text: cost and rules of a whole assignment, worked out from the beginning each time.</summary>
internal static class PlainReassignment
{
    public static long Cost(ReassignmentProblem p, int[] of)
    {
        long cost = 0;
        for (var m = 0; m < p.Machines.Length; m++)
        {
            var use = Use(p, of, m);
            for (var r = 0; r < use.Length; r++) cost += p.Resources[r].Weight * Math.Max(0, use[r] - p.Machines[m].Safety[r]);
            foreach (var b in p.Balances)
                cost += b.Weight * Math.Max(0, b.Target * (p.Machines[m].Capacity[b.First] - use[b.First]) - (p.Machines[m].Capacity[b.Second] - use[b.Second]));
        }

        var moved = Enumerable.Range(0, of.Length).Where(i => of[i] != p.Initial[i]).ToList();
        return cost + p.ProcessMoveWeight * moved.Sum(i => p.Processes[i].MoveCost) + p.MachineMoveWeight * moved.Sum(i => p.Machines[p.Initial[i]].MoveCost[of[i]])
            + p.ServiceMoveWeight * moved.GroupBy(i => p.Processes[i].Service).Select(g => g.Count()).DefaultIfEmpty().Max();
    }

    /// <summary>"capacity", "transient", "conflict", "spread" and "dependency", each with its machine or service.</summary>
    public static IEnumerable<string> Violations(ReassignmentProblem p, int[] of)
    {
        for (var m = 0; m < p.Machines.Length; m++)
        {
            var use = Use(p, of, m);
            for (var r = 0; r < use.Length; r++)
            {
                if (use[r] > p.Machines[m].Capacity[r]) yield return $"capacity of {m}";
                // What left it is still there while its copy starts.
                var leaving = Enumerable.Range(0, of.Length).Where(i => p.Initial[i] == m && of[i] != m).Sum(i => p.Processes[i].Need[r]);
                if (p.Resources[r].Transient && use[r] + leaving > p.Machines[m].Capacity[r]) yield return $"transient of {m}";
            }
        }

        for (var s = 0; s < p.Services.Length; s++)
        {
            var machines = Enumerable.Range(0, of.Length).Where(i => p.Processes[i].Service == s).Select(i => of[i]).ToList();
            if (machines.Distinct().Count() < machines.Count) yield return $"conflict of {s}";
            if (machines.Select(m => p.Machines[m].Location).Distinct().Count() < p.Services[s].SpreadMin) yield return $"spread of {s}";
            foreach (var on in p.Services[s].DependsOn)
            {
                var areas = Enumerable.Range(0, of.Length).Where(i => p.Processes[i].Service == on).Select(i => p.Machines[of[i]].Neighbourhood).ToHashSet();
                if (machines.Any(m => !areas.Contains(p.Machines[m].Neighbourhood))) yield return $"dependency of {s} on {on}";
            }
        }
    }

    /// <summary>Problems with all rules in play, of which the initial assignment breaks none.</summary>
    public static ReassignmentProblem Draw(Draw d, int mostProcesses = 8, int mostMachines = 5)
    {
        var machines = d.Int(2, mostMachines);
        ReassignmentResource[] resources = [new(d.Once(2), d.Int(0, 4)), new(d.Once(3), d.Int(0, 4))];
        int[] areas = d.Many(machines, machines, _ => d.Int(0, 1)), locations = d.Many(machines, machines, _ => d.Int(0, 2));
        // Processes one after another on a machine that holds none of their service yet.
        var (processes, initial) = (new List<ReassignmentProcess>(), new List<int>());
        foreach (var _ in Enumerable.Range(0, d.Int(1, mostProcesses)))
        {
            var (service, machine) = (d.Int(0, 3), d.Int(0, machines - 1));
            if (processes.Where((p, i) => p.Service == service && initial[i] == machine).Any()) continue;
            processes.Add(new ReassignmentProcess(service, [d.Int(0, 9), d.Int(0, 9)], d.Int(0, 5)));
            initial.Add(machine);
        }

        HashSet<int> Of(int service, int[] what) => [.. Enumerable.Range(0, processes.Count).Where(i => processes[i].Service == service).Select(i => what[initial[i]])];
        ReassignmentService[] services =
        [
            .. Enumerable.Range(0, 4).Select(s => new ReassignmentService(
                d.Int(0, Of(s, locations).Count), [.. Enumerable.Range(0, 4).Where(o => o != s && Of(s, areas).IsSubsetOf(Of(o, areas)) && d.Once(3))])),
        ];
        long Used(int m, int r) => processes.Where((_, i) => initial[i] == m).Sum(p => p.Need[r]);
        return new ReassignmentProblem(
            resources,
            [
                .. Enumerable.Range(0, machines).Select(m => new ReassignmentMachine(
                    areas[m], locations[m], [Used(m, 0) + d.Int(0, 15), Used(m, 1) + d.Int(0, 15)], [d.Int(0, 12), d.Int(0, 12)],
                    [.. Enumerable.Range(0, machines).Select(o => o == m ? 0L : d.Int(0, 9))])),
            ],
            services, [.. processes], d.Many(0, 2, _ => new ReassignmentBalance(0, 1, d.Int(1, 3), d.Int(0, 4))), d.Int(0, 4), d.Int(0, 9), d.Int(0, 4), [.. initial]);
    }

    private static long[] Use(ReassignmentProblem p, int[] of, int machine) =>
        [.. p.Resources.Select((_, r) => Enumerable.Range(0, of.Length).Where(i => of[i] == machine).Sum(i => p.Processes[i].Need[r]))];
}
