namespace Gantry.Scheduling.Model;

/// <summary>Whether a host takes containers.</summary>
public enum HostState
{
    /// <summary>Takes containers.</summary>
    Ready,
    /// <summary>Runs what it has, takes nothing new, and is to be emptied.</summary>
    Draining,
    /// <summary>Not answering: what was placed there has to be placed again by whoever decides that it is lost.</summary>
    Down,
}

/// <summary>One host as a pass of the scheduler sees it.</summary>
/// <param name="Id">Unique in the cluster.</param>
/// <param name="Capacity">What the machine has, in the order of <see cref="ClusterSnapshot.Resources"/>; each at least 1 unless the host lacks the resource.</param>
public sealed record HostSnapshot(string Id, IReadOnlyList<long> Capacity)
{
    /// <summary>Kind of machine; overcommit is decided by class.</summary>
    public string Class { get; init; } = "";

    /// <summary>What fails together.</summary>
    public string Zone { get; init; } = "";

    public HostState State { get; init; }

    /// <summary>The owner who has this host for themselves, or empty for everybody.</summary>
    public string DedicatedTo { get; init; } = "";

    public IReadOnlyDictionary<string, string> Labels { get; init; } = new SortedDictionary<string, string>();

    /// <summary>Images whose layers are on the host.</summary>
    public IReadOnlyList<string> Images { get; init; } = [];

    /// <summary>Volumes that live on the host and can be attached nowhere else.</summary>
    public IReadOnlyList<string> Volumes { get; init; } = [];

    /// <summary>Runnable threads per core, smoothed (see <see cref="Hotspots.SmoothedQueue"/>), or null where nobody measures it.</summary>
    public double? RunQueue { get; init; }
}
