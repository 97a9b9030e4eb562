namespace Gantry.EndToEnd.Tests.Faults;

/// <summary>What can be done to a cluster.</summary>
/// <remarks>There is one control process, the leader. When there are several, KillLeader and PauseLeader come beside these two, which then draw one.</remarks>
public enum FaultKind
{
    KillControl, PauseControl,
    KillAgent, PauseAgent,
    KillSupervisor, PauseSupervisor,
    KillHost, Partition, PauseHost, FillDisk,
    KillDatabase, PauseDatabase, StopDatabase,
}

/// <summary>One fault of a schedule.</summary>
/// <param name="Host">1 for the first; 0 where the fault is not a joined host's.</param>
/// <param name="Lasting">From the fault to what ends it.</param>
/// <param name="Pause">From its end, when all is well again, to the next one.</param>
public sealed record PlannedFault(int Number, FaultKind Kind, int Host, TimeSpan Lasting, TimeSpan Pause)
{
    public override string ToString() =>
        FormattableString.Invariant($"{Number,3} {Kind}{(Host > 0 ? $" of host {Host}" : "")} for {Lasting.TotalSeconds:0.0} s");
}

/// <summary>Faults without end, drawn from a seed and nothing else: the same seed gives the same faults.</summary>
public static class FaultSchedule
{
    /// <summary>Kind, how often, and the bounds of its length in seconds. Silence of hosts counts after 5 s: some end before, some after.</summary>
    private static readonly (FaultKind Kind, int Weight, double Shortest, double Longest)[] _kinds =
    [
        (FaultKind.KillControl, 4, 0, 3), (FaultKind.PauseControl, 2, 0.5, 8),
        (FaultKind.KillAgent, 4, 0, 9), (FaultKind.PauseAgent, 2, 1, 9),
        (FaultKind.KillSupervisor, 3, 0, 0), (FaultKind.PauseSupervisor, 1, 1, 6),
        (FaultKind.KillHost, 4, 0, 10), (FaultKind.Partition, 3, 1, 10), (FaultKind.PauseHost, 2, 1, 10), (FaultKind.FillDisk, 2, 4, 10),
        (FaultKind.KillDatabase, 2, 0, 2), (FaultKind.PauseDatabase, 2, 1, 8), (FaultKind.StopDatabase, 1, 20, 20),
    ];

    /// <param name="only">These kinds alone; none given: all.</param>
    public static IEnumerable<PlannedFault> Draw(int seed, int hosts, IReadOnlyCollection<FaultKind>? only = null)
    {
        var random = new Random(seed);
        var kinds = _kinds.Where(k => only is not { Count: > 0 } || only.Contains(k.Kind)).ToArray();
        for (var number = 1; ; number++)
        {
            var drawn = random.Next(kinds.Sum(k => k.Weight));
            var kind = kinds.First(k => (drawn -= k.Weight) < 0);
            var host = random.Next(1, hosts + 1);
            var lasting = TimeSpan.FromSeconds(kind.Shortest + random.NextDouble() * (kind.Longest - kind.Shortest));
            yield return new PlannedFault(number, kind.Kind, IsOfAHost(kind.Kind) ? host : 0, lasting, TimeSpan.FromSeconds(1 + random.NextDouble() * 5));
        }
    }

    public static bool IsOfAHost(FaultKind kind) => kind is >= FaultKind.KillAgent and <= FaultKind.FillDisk;
}
