namespace Gantry.Linux.Supervision;

/// <summary>What the agent tells its supervisor at start, as a JSON file.</summary>
internal sealed record SupervisorOptions
{
    public required string InstanceName { get; init; }

    /// <summary>Changes with every build; a supervisor of another version is replaced by the agent.</summary>
    public required string Version { get; init; }
    public required string DataDirectory { get; init; }
    public required string RunDirectory { get; init; }

    /// <summary>IPv4 network of the containers; its first address is the gateway of all of them.</summary>
    public required string Subnet { get; init; }

    /// <summary>First host id of slot 0; each slot has 65,536.</summary>
    public required uint UidBase { get; init; }

    /// <summary>Containers get a plain user of their own instead of a user namespace, as on hosts that cannot map owners.</summary>
    public bool PlainIds { get; init; }
    public required int Slots { get; init; }
    public required int PoolSize { get; init; }

    /// <summary>Scratch size that slots are prepared with, in bytes, until containers ask for another.</summary>
    public required long WarmScratchBytes { get; init; }
    public required string InterfacePrefix { get; init; }
    public required string TableName { get; init; }
    public required string CgroupParent { get; init; }
    public required IReadOnlyList<string> Resolvers { get; init; }
    public required IReadOnlyList<string> BlockedRanges { get; init; }
    public required IReadOnlyList<int> AllowedHostPorts { get; init; }

    /// <summary>Most connections that one container may have open to the world.</summary>
    public required int ConnectionsPerContainer { get; init; }
    public required string SeccompProfilePath { get; init; }
    public required string CrunPath { get; init; }
    public required string InitPath { get; init; }

    public string ControlSocket => Path.Combine(RunDirectory, "supervisor.sock");

    /// <summary>Addresses of routers and subnets of containers on other hosts, a line each, kept by the agent; absent on a host that is alone.</summary>
    public string NeighboursFile => Path.Combine(RunDirectory, "neighbours");

    public string ContainersDirectory => Path.Combine(DataDirectory, "containers");
}
