namespace Gantry.EndToEnd.Tests.Faults;

/// <summary>What can be done to a cluster.</summary>
/// <remarks>Of several control processes a fault of Control strikes by turns the one that leads and another. Of etcd and NATS one member is struck.</remarks>
public enum FaultKind
{
    KillControl, PauseControl,
    KillAgent, PauseAgent,
    KillSupervisor, PauseSupervisor,
    KillHost, Partition, PauseHost, FillDisk,
    SlowHost, CutBetween, SkewClock,
    KillEtcd, PauseEtcd, KillNats, PauseNats,
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

/// <summary>Faults without end, drawn from a seed and nothing else: the same seed gives the same faults. First one of each kind, then any.</summary>
public static class FaultSchedule
{
    /// <summary>Kind, how often, and the bounds of its length in seconds. Silence of hosts counts after 5 s: some end before, some after.</summary>
    private static readonly (FaultKind Kind, int Weight, double Shortest, double Longest)[] _kinds =
    [
        (FaultKind.KillControl, 4, 0, 3), (FaultKind.PauseControl, 2, 0.5, 8),
        (FaultKind.KillAgent, 4, 0, 9), (FaultKind.PauseAgent, 2, 1, 9),
        (FaultKind.KillSupervisor, 3, 0, 0), (FaultKind.PauseSupervisor, 1, 1, 6),
        (FaultKind.KillHost, 4, 0, 10), (FaultKind.Partition, 3, 1, 10), (FaultKind.PauseHost, 2, 1, 10), (FaultKind.FillDisk, 2, 4, 10),
        (FaultKind.SlowHost, 2, 2, 12), (FaultKind.CutBetween, 1, 2, 10), (FaultKind.SkewClock, 2, 2, 12),
        (FaultKind.KillEtcd, 2, 0, 8), (FaultKind.PauseEtcd, 2, 1, 8), (FaultKind.KillNats, 2, 0, 8), (FaultKind.PauseNats, 2, 1, 8),
        (FaultKind.KillDatabase, 2, 0, 2), (FaultKind.PauseDatabase, 2, 1, 8), (FaultKind.StopDatabase, 1, 20, 20),
    ];

    /// <param name="knows">Which kinds there can be.</param>
    /// <param name="only">Of them these alone; none given: all.</param>
    public static IEnumerable<PlannedFault> Draw(int seed, int hosts, Func<FaultKind, bool> knows, IReadOnlyCollection<FaultKind>? only = null)
    {
        var random = new Random(seed);
        var kinds = _kinds.Where(k => knows(k.Kind)).Where(k => only is not { Count: > 0 } || only.Contains(k.Kind)).ToArray();
        var round = kinds.ToList();
        for (var number = 1; ; number++)
        {
            IReadOnlyList<(FaultKind Kind, int Weight, double Shortest, double Longest)> among = round.Count > 0 ? round : kinds;
            var drawn = random.Next(among.Sum(k => k.Weight));
            var kind = among.First(k => (drawn -= k.Weight) < 0);
            round.Remove(kind);
            var host = random.Next(1, hosts + 1);
            var lasting = TimeSpan.FromSeconds(kind.Shortest + random.NextDouble() * (kind.Longest - kind.Shortest));
            yield return new PlannedFault(number, kind.Kind, IsOfAHost(kind.Kind) ? host : 0, lasting, TimeSpan.FromSeconds(1 + random.NextDouble() * 5));
        }
    }

    public static bool IsOfAHost(FaultKind kind) => kind is >= FaultKind.KillAgent and <= FaultKind.SkewClock;

    /// <summary>True for a fault of one member of etcd or NATS.</summary>
    public static bool IsOfAMember(FaultKind kind) => kind is >= FaultKind.KillEtcd and <= FaultKind.PauseNats;

    public static bool IsOfControl(FaultKind kind) => kind is FaultKind.KillControl or FaultKind.PauseControl;

    /// <summary>True for what costs nobody anything: late frames, a wrong clock, two hosts that do not reach each other.</summary>
    public static bool IsHarmless(FaultKind kind) => kind is >= FaultKind.SlowHost and <= FaultKind.SkewClock;
}
