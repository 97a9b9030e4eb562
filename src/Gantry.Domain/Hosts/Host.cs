namespace Gantry.Domain.Hosts;

/// <summary>A machine that runs containers, as the records know it.</summary>
public sealed record Host
{
    public required HostId Id { get; init; }

    /// <summary>What the machine calls itself now.</summary>
    public required string Name { get; init; }

    /// <summary>Kind of machine, or empty; overcommit is decided by class.</summary>
    public string Class { get; init; } = "";

    /// <summary>What fails together, or empty.</summary>
    public string Zone { get; init; } = "";

    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>True when it runs what it has and takes nothing new.</summary>
    public bool Cordoned { get; init; }

    /// <summary>Set while it is to be emptied; it is cordoned as long.</summary>
    public HostDrain? Drain { get; init; }

    /// <summary>What the machine has, by resource: <c>cpu</c> in thousandths of a core, <c>memory</c> in bytes.</summary>
    public required IReadOnlyDictionary<string, long> Capacity { get; init; }

    public required DateTimeOffset RegisteredAt { get; init; }

    /// <summary>Where Control reaches its agent, <c>10.0.0.2:7444</c>; null for the host of Control's own process.</summary>
    public string? Address { get; init; }

    /// <summary>IPv4 network of its containers, <c>10.192.16.0/20</c>; null where the host chooses by itself.</summary>
    public string? Subnet { get; init; }

    /// <summary>When an operator removed it; null while it belongs to the cluster. A removed host never comes back: its id is not used again.</summary>
    public DateTimeOffset? RemovedAt { get; init; }
}
