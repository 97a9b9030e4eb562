namespace Gantry.Scheduling.Model;

/// <summary>How much of a resource may be promised on hosts of a class.</summary>
/// <param name="Class">Host class, or empty for every class without an entry of its own.</param>
/// <param name="Resource">A name of <see cref="ClusterSnapshot.Resources"/>.</param>
/// <param name="Factor">Promisable amount as a multiple of capacity; above 0.</param>
public sealed record Overcommit(string Class, string Resource, double Factor);

/// <summary>A ranker of placement and its weight in the sum.</summary>
public sealed record RankerWeight(string Ranker, double Weight);

/// <summary>What an operator decides; the same for every request of a pass.</summary>
public sealed record ClusterPolicy
{
    public IReadOnlyList<Overcommit> Overcommit { get; init; } = [];

    /// <summary>How the use of a host is predicted, by name (see <see cref="Prediction.PeakPredictors"/>). "limits" reserves what was asked for.</summary>
    public string Predictor { get; init; } = "limits";

    public IReadOnlyList<RankerWeight> Rankers { get; init; } = [new("borg-hybrid", 1), new("spread", 1), new("image-locality", 0.2)];

    /// <summary>Feasible hosts that are scored for a request before the best of them is taken; 0 scores all.</summary>
    public int SampleSize { get; init; } = 128;

    /// <summary>Whether requests may displace containers of lower priority.</summary>
    public bool Preemption { get; init; } = true;

    public HotspotPolicy Hotspots { get; init; } = new();
}

/// <summary>When a host is too hot and how much may be done about it.</summary>
public sealed record HotspotPolicy
{
    /// <summary>Use over capacity above which a host is hot.</summary>
    public double Threshold { get; init; } = 0.75;

    /// <summary>k: samples of the last n that must be above the threshold.</summary>
    public int SamplesAbove { get; init; } = 3;

    /// <summary>n: samples that are looked at.</summary>
    public int SamplesLooked { get; init; } = 5;

    /// <summary>A target is filled to the threshold less this at most, so that it does not become the next hotspot.</summary>
    public double Hysteresis { get; init; } = 0.05;

    /// <summary>A container is left alone for so long after it was moved.</summary>
    public double CoolDownSeconds { get; init; } = 1800;

    /// <summary>Moves a pass may propose.</summary>
    public int MaxMoves { get; init; } = 50;

    /// <summary>Moves of one app in a pass.</summary>
    public int MaxMovesPerApp { get; init; } = 1;

    /// <summary>Moves in any hour as a share of all containers, those of <see cref="ContainerSnapshot.MovedAt"/> counted in.</summary>
    public double MaxMovesPerHour { get; init; } = 0.03;
}
