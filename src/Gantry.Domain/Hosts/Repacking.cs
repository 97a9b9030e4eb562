namespace Gantry.Domain.Hosts;

/// <summary>A repacking that is carried out, or the last one that was. A cluster has one at a time.</summary>
public sealed record Repacking
{
    /// <summary>Counts the repackings of the cluster from 1; given by the store.</summary>
    public long Number { get; init; }

    public RepackingState State { get; init; }

    /// <summary>What it is for, as the operator named it.</summary>
    public required string Objective { get; init; }

    /// <summary>Moves under way at once.</summary>
    public required int AtOnce { get; init; }

    public required DateTimeOffset BeganAt { get; init; }

    /// <summary>When nothing was left of it, moves under way included; null until then.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Hosts that hold nothing when all moves are made.</summary>
    public IReadOnlyList<HostId> Frees { get; init; } = [];

    /// <summary>Those of them that held nothing at its end.</summary>
    public IReadOnlyList<HostId> Freed { get; init; } = [];

    /// <summary>In the order of their waves.</summary>
    public IReadOnlyList<RepackingMove> Moves { get; init; } = [];

    /// <summary>A sentence where it ended before its moves were made, or had none.</summary>
    public string? Why { get; init; }
}

/// <summary>How far a repacking is, and what an operator wants of it.</summary>
public enum RepackingState
{
    /// <summary>Moves are begun.</summary>
    Running,
    /// <summary>No move is begun; those under way are finished.</summary>
    Paused,
    /// <summary>As paused, and for good.</summary>
    Abandoned,
    /// <summary>All its moves were made or given up.</summary>
    Done,
}

/// <summary>One container goes to another host.</summary>
/// <param name="Container">What is to be moved; of one that moves twice, what the first move made of it.</param>
/// <param name="App">The names of its app and itself, for people.</param>
/// <param name="Wave">The moves of a wave may be under way at once; a wave begins when the one before has ended.</param>
/// <param name="Why">What it is good for; of one that was given up, why.</param>
public sealed record RepackingMove(ContainerId Container, string App, string Label, HostId From, HostId To, int Wave, string Why)
{
    public RepackingMoveState State { get; init; }

    public RepackingMove GiveUp(string why) => this with { State = RepackingMoveState.GivenUp, Why = why };
}

/// <summary>What became of one move of a repacking.</summary>
public enum RepackingMoveState
{
    /// <summary>Not begun or under way: the containers tell which.</summary>
    Waiting,
    Moved,
    GivenUp,
}
