using Gantry.Scheduling.Model;

namespace Gantry.Scheduling.Repacking;

/// <summary>A proposed repacking, and what it is good for.</summary>
/// <param name="Plan">Moves in waves. A plan may be stopped after any wave: what was reached breaks no rule.</param>
/// <param name="Report">What an operator wants to know before anything moves.</param>
public sealed record RepackPlan(Plan Plan, RepackReport Report);

/// <summary>What a repacking changes.</summary>
public sealed record RepackReport
{
    /// <summary>Hosts with a container, before and after.</summary>
    public int HostsBefore { get; init; }

    public int HostsAfter { get; init; }

    /// <summary>Hosts that hold nothing when the plan is done and did before.</summary>
    public IReadOnlyList<string> Freed { get; init; } = [];

    /// <summary>Price of the freed hosts less that of hosts taken into use, a month.</summary>
    public double SavedPerMonth { get; init; }

    /// <summary>Moves, second legs of those that go through a third host counted in.</summary>
    public int Moves { get; init; }

    /// <summary>Containers that end on another host, as a share of all.</summary>
    public double MovedShare { get; init; }

    /// <summary>Time of all waves one after another.</summary>
    public double EstimatedSeconds { get; init; }

    /// <summary>What moves is stopped before it is started again.</summary>
    public bool StopsTheWorld { get; init; }

    /// <summary>Imbalance coefficient σ/μ of the virtualized server load, before and after.</summary>
    public double ImbalanceBefore { get; init; }

    public double ImbalanceAfter { get; init; }

    /// <summary>Sum of the convex cost of used hosts, before and after.</summary>
    public double CostBefore { get; init; }

    public double CostAfter { get; init; }

    /// <summary>Chance that the likeliest host is overloaded at a moment, before and after.</summary>
    public double RiskBefore { get; init; }

    public double RiskAfter { get; init; }

    /// <summary>False when the steps ended first: more time may find more.</summary>
    public bool Finished { get; init; } = true;

    /// <summary>Containers that are not moved although the search, or a plan that is resumed, would have them elsewhere.</summary>
    public IReadOnlyList<RepackRefusal> Dropped { get; init; } = [];

    /// <summary>What stays although it should go, at most ten, the emptiest host first.</summary>
    public IReadOnlyList<RepackRefusal> WorstRefusals { get; init; } = [];
}

/// <summary>Why a host is not freed, or a container not moved.</summary>
/// <param name="Subject">Id of the host or container.</param>
/// <param name="Explanation">A sentence.</param>
public sealed record RepackRefusal(string Subject, string Explanation);
