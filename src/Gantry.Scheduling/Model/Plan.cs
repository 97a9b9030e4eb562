using System.Text.Json.Serialization;

namespace Gantry.Scheduling.Model;

/// <summary>A proposal for one snapshot. Nothing has been done about it; what is no longer true when it is carried out is dropped.</summary>
public sealed record Plan
{
    public int Version { get; init; } = ClusterSnapshot.CurrentVersion;

    public IReadOnlyList<Placement> Placements { get; init; } = [];

    /// <summary>Containers that have to be stopped before anything is placed.</summary>
    public IReadOnlyList<Eviction> Evictions { get; init; } = [];

    /// <summary>Limits that are raised where containers run. They come before any move.</summary>
    public IReadOnlyList<Resize> Resizes { get; init; } = [];

    /// <summary>Moves, in waves: all of a wave may run at once, the next begins when it is done.</summary>
    public IReadOnlyList<MoveWave> Waves { get; init; } = [];

    public IReadOnlyList<PlacementRefusal> Refusals { get; init; } = [];

    /// <summary>What an operator has to know: the cluster is short, a goal was not reached.</summary>
    public IReadOnlyList<string> Alarms { get; init; } = [];

    [JsonIgnore]
    public bool IsEmpty => Placements.Count + Evictions.Count + Resizes.Count + Waves.Count == 0;
}

/// <summary>One container gets a place.</summary>
/// <param name="Request">Id of the request it is one of.</param>
/// <param name="ContainerId">Its id from <see cref="ClusterSnapshot.NewIds"/>, or empty.</param>
/// <param name="Host">Where.</param>
/// <param name="Score">Sum of the rankers.</param>
/// <param name="Fitting">Hosts that fitted among those looked at.</param>
/// <param name="Looked">Hosts looked at before the choice.</param>
public sealed record Placement(string Request, string ContainerId, string Host, double Score, int Fitting, int Looked)
{
    [JsonIgnore]
    public string Explanation => FormattableString.Invariant($"{Host}: best score ({Score:0.###}) of {Fitting} that fit among {Looked} hosts looked at");
}

/// <summary>One container is stopped so that a request of higher priority gets its place.</summary>
public sealed record Eviction(string ContainerId, string Host, string ForRequest, string Explanation);

/// <summary>One limit of a container is raised where it runs; nothing restarts.</summary>
/// <param name="From">The limit now, in the unit of the resource.</param>
/// <param name="To">The limit afterwards.</param>
public sealed record Resize(string ContainerId, string Host, string Resource, long From, long To, string Explanation);

/// <summary>Moves that may run at the same time: each starts a copy, waits until it is ready, and stops the old one.</summary>
public sealed record MoveWave(IReadOnlyList<Move> Moves, double EstimatedSeconds);

/// <summary>One container goes to another host.</summary>
public sealed record Move(string ContainerId, string From, string To, string Explanation)
{
    /// <summary>The other containers of the same swap, or empty.</summary>
    public IReadOnlyList<string> Swap { get; init; } = [];
}

/// <summary>Containers that got no place, and why.</summary>
/// <param name="Count">How many of the request.</param>
public sealed record PlacementRefusal(string Request, int Count, string Explanation);
