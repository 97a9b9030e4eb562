namespace Gantry.Agent.Security;

/// <summary>What the kernel says of one running container, seen from its host.</summary>
internal sealed record ContainerFacts
{
    /// <summary>Name of its control group: the id of the container, or what its engine calls it.</summary>
    public required string Name { get; init; }

    /// <summary>All its processes; the first is its init.</summary>
    public required IReadOnlyList<ProcessFacts> Processes { get; init; }

    /// <summary>Namespaces that it shares with the host: <c>net</c>, <c>pid</c>, …</summary>
    public required IReadOnlyList<string> SharedNamespaces { get; init; }
    public required IReadOnlyList<MountFacts> Mounts { get; init; }

    /// <summary>Major and minor number of the device of the host's root file system.</summary>
    public required string HostRootDevice { get; init; }

    /// <summary>Names in its <c>/dev</c> that no container has by default.</summary>
    public required IReadOnlyList<string> Devices { get; init; }

    /// <summary>Limits in bytes, weight, and processes; null for none.</summary>
    public required long? MemoryLimit { get; init; }
    public required long? CpuWeight { get; init; }
    public required long? PidsLimit { get; init; }
    public required long? OpenFilesLimit { get; init; }
    public required long? CoreLimit { get; init; }

    /// <summary>Null when the kernel has no AppArmor. Likewise SELinux.</summary>
    public required string? AppArmor { get; init; }
    public required string? SeLinux { get; init; }

    public ProcessFacts Init => Processes[0];
}

/// <param name="Capabilities">All sets together, the bounding set included.</param>
/// <param name="InnerUid">User id as the process sees it.</param>
/// <param name="Seccomp">0 for none, 2 for a filter.</param>
internal sealed record ProcessFacts(int Pid, string Name, ulong Capabilities, long InnerUid, bool NoNewPrivileges, int Seccomp);

/// <param name="Root">Path of what is mounted inside its file system.</param>
/// <param name="Target">Where it is mounted.</param>
/// <param name="Options">Of this mount.</param>
/// <param name="IsShared">Mounts made here reach other mount namespaces.</param>
internal sealed record MountFacts(string Device, string Root, string Target, string Options, bool IsShared);
