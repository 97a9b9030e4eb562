using Gantry.Scheduling;

namespace Gantry.Lab.Simulation;

/// <summary>Cell compaction of a whole trace: the fewest hosts, taken in a random order, on which a policy refuses at most 0.2 % of the containers.</summary>
internal static class HostsNeeded
{
    private const double MayBeRefused = 0.002;

    /// <summary>The number of hosts, one more than there are when none is enough, and the run on them.</summary>
    public static (int Hosts, SimulationResult? On) Find(SimulationTrace trace, SimulationPolicy policy, IReadOnlyList<HostFailure> failures, ulong seed)
    {
        var order = Order(trace.Hosts.Count, seed);
        var most = (int)(MayBeRefused * trace.Containers.Count);
        SimulationResult? best = null;
        int low = 0, high = order.Length + 1;
        while (high - low > 1)
        {
            var middle = (low + high) / 2;
            var run = Simulator.Run(trace, [.. order.Take(middle).Order().Select(h => trace.Hosts[h])], policy, failures, seed, mostRefused: most);
            if (run.Refused <= most) (high, best) = (middle, run);
            else low = middle;
        }

        return (high, best);
    }

    private static int[] Order(int hosts, ulong seed)
    {
        var random = new SeededRandom(seed);
        var order = Enumerable.Range(0, hosts).ToArray();
        random.Shuffle(order);
        return order;
    }
}
