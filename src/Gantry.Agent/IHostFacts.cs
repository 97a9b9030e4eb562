using Gantry.Linux.Kernel;

namespace Gantry.Agent;

/// <summary>What the runtime found out about its host, for people and checks.</summary>
public interface IHostFacts
{
    Task<HostFacts> GetAsync(CancellationToken token);
}

/// <param name="SupervisorPid">Process id of the supervisor; 0 where there is none.</param>
/// <param name="IdmappedMounts">True when each container has a user namespace, with file owners mapped per mount; false when each has a plain user of its own, or all share one.</param>
/// <param name="CgroupV2">False on hosts with cgroup v1 or both.</param>
/// <param name="SwapAccounting">False when the kernel cannot limit swap.</param>
public sealed record HostFacts(int SupervisorPid, bool IdmappedMounts, bool CgroupV2, bool SwapAccounting)
{
    public required RuntimeKind Runtime { get; init; }

    /// <summary>The program behind the runtime, in words for people.</summary>
    public required string Program { get; init; }

    /// <summary>True when all containers share one user namespace, which is not the host's.</summary>
    public bool SharedUserNamespace { get; init; }

    public required DiskLimits DiskLimits { get; init; }

    /// <summary>Median time that namespaces, interfaces, routes and bandwidth of a container took lately; 0 when nobody measures it.</summary>
    public TimeSpan NetworkSetup { get; init; }
}

/// <summary>Which block IO of containers this host can limit.</summary>
public enum DiskLimits
{
    /// <summary>The kernel or the control groups cannot.</summary>
    None,
    /// <summary>That of the containers' own scratch; layers and stacks are on a file system without a disk of its own.</summary>
    Scratch,
    /// <summary>Of scratch, layers and stacks.</summary>
    All,
}

/// <summary>What both runtimes find out about the disks.</summary>
internal static class DiskFacts
{
    /// <param name="dataDirectory">Where layers and scratch disks are.</param>
    public static DiskLimits LimitsOf(string dataDirectory) => !BlockIo.CanLimit ? DiskLimits.None
        : BlockIo.DiskOf(dataDirectory) is null ? DiskLimits.Scratch
        : DiskLimits.All;
}
