using Gantry.Domain;
using Gantry.Linux.Supervision;

namespace Gantry.Agent.Runtime;

/// <summary>What a runtime observes of a container.</summary>
/// <param name="Address">IPv4 address that the router can reach.</param>
/// <param name="ExitCode">128 + signal when a signal ended it; null while it runs.</param>
/// <param name="ExitReason">A sentence for people when the platform or the kernel ended it; else null.</param>
public sealed record ContainerStatus(
    ContainerId Id, RuntimeState State, string? Address, DateTimeOffset? StartedAt, DateTimeOffset? ExitedAt,
    int? ExitCode, bool OutOfMemory, string? ExitReason)
{
    /// <summary>The exit reason of what its host took along; any other end is the container's own.</summary>
    public const string HostRestarted = EndReasons.HostRestarted;

    /// <summary>Uptime of the host when it started, which no setting of the clock changes; null when the runtime does not know.</summary>
    public TimeSpan? StartedUptime { get; init; }

    /// <summary>Likewise of its end; null also when it is known to have ended, and nobody knows when.</summary>
    public TimeSpan? ExitedUptime { get; init; }
}

/// <summary>Only moves forward.</summary>
public enum RuntimeState { Created, Running, Exited }

/// <summary>A sample of use. Memory and swap in bytes; CPU as nanoseconds since the start.</summary>
public sealed record ContainerUsage(
    ContainerId Id, DateTimeOffset At, long CpuNanoseconds, long MemoryBytes, long PeakMemoryBytes, long MemoryLimitBytes,
    long SwapBytes, long PeakSwapBytes, long SwapLimitBytes, int Pids)
{
    /// <summary>Over its network since the start, as the container sees it.</summary>
    public long ReceivedBytes { get; init; }
    public long SentBytes { get; init; }

    /// <summary>From and to block devices since the start.</summary>
    public long ReadBytes { get; init; }
    public long WrittenBytes { get; init; }

    /// <summary>Processes that the kernel killed for memory since the start.</summary>
    public long OutOfMemoryKills { get; init; }

    /// <summary>Lines of its log that were discarded, for their rate or a full disk, since somebody counts them.</summary>
    public long LostLogLines { get; init; }

    /// <summary>Path of its control group below the root of each hierarchy, without a leading slash; empty on another host.</summary>
    public string ControlGroup { get; init; } = "";
}
