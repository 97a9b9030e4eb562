using Gantry.Scheduling.Profiles;

namespace Gantry.Scheduling.Model;

/// <summary>One container that runs (or is being started) on a host.</summary>
/// <param name="Id">Unique in the cluster.</param>
/// <param name="App">The app it belongs to.</param>
/// <param name="Host">Where it is.</param>
/// <param name="Limits">The most it may use, in the order of <see cref="ClusterSnapshot.Resources"/>.</param>
public sealed record ContainerSnapshot(string Id, string App, string Host, IReadOnlyList<long> Limits)
{
    public string Type { get; init; } = "web";

    public string Owner { get; init; } = "";

    /// <summary>Higher wins; a request may displace containers of lower priority.</summary>
    public int Priority { get; init; }

    /// <summary>The volume it holds, or empty. It can only run where the volume is.</summary>
    public string Volume { get; init; } = "";

    public string Image { get; init; } = "";

    /// <summary>How far each limit may be raised where it runs, in the order of <see cref="ClusterSnapshot.Resources"/>; empty where limits are what its owner bought.</summary>
    public IReadOnlyList<long> MaxLimits { get; init; } = [];

    /// <summary>Measured use for each resource, in the order of <see cref="ClusterSnapshot.Resources"/>; empty or null entries where nothing was measured.</summary>
    public IReadOnlyList<ProfileSnapshot?> Profiles { get; init; } = [];

    /// <summary>False for what must not be moved (a one-off, a container that is starting).</summary>
    public bool Movable { get; init; } = true;

    /// <summary>When it was moved last, or null.</summary>
    public DateTimeOffset? MovedAt { get; init; }

    /// <summary>Measured time from start to ready.</summary>
    public double BootSeconds { get; init; } = 1;

    /// <summary>Open connections that a move would have to drain.</summary>
    public int Connections { get; init; }

    /// <summary>Where it may run.</summary>
    public PlacementConstraints Constraints { get; init; } = PlacementConstraints.None;

    /// <summary>What the router saw, if it serves requests.</summary>
    public RequestProfile? Requests { get; init; }

    /// <summary>What was measured of a resource, or null.</summary>
    internal ProfileSnapshot? Profile(int resource) => Profiles.Count > resource ? Profiles[resource] : null;

    /// <summary>The request whose place is the container's: what filters and explanations ask for.</summary>
    internal PlacementRequest AsRequest() => new(Id, App, 1, Limits) { Type = Type, Owner = Owner, Volume = Volume, Constraints = Constraints };
}
