using Gantry.Scheduling;

namespace Gantry.Lab.Simulation;

/// <summary>Draws when hosts fail, each for itself, so that the same hosts fail at the same times under every policy and among fewer hosts.</summary>
internal static class HostFailures
{
    private const double Day = 24 * 3600;

    /// <param name="trace">Whose hosts.</param>
    /// <param name="meanDays">Mean time between the failures of one host; infinite for none.</param>
    /// <param name="seed">Decides which and when.</param>
    public static IReadOnlyList<HostFailure> Draw(SimulationTrace trace, double meanDays, ulong seed)
    {
        var failures = new List<HostFailure>();
        for (var h = 0; h < trace.Hosts.Count; h++)
        {
            var random = new SeededRandom(seed * 1_000_003 + (ulong)h);
            for (var at = Wait(ref random, meanDays); at < trace.Seconds; at += Wait(ref random, meanDays))
            {
                // Ten minutes for a restart, an hour for a repair.
                var back = at + 600 + 3000 * random.NextDouble();
                failures.Add(new HostFailure(trace.Hosts[h].Id, at, back));
                at = back;
            }
        }

        return failures;
    }

    private static double Wait(ref SeededRandom random, double meanDays) => -meanDays * Day * Math.Log(1 - random.NextDouble());
}
