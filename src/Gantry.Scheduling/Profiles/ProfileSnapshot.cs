namespace Gantry.Scheduling.Profiles;

/// <summary>Measured use of one resource by one container.</summary>
/// <param name="Window">Samples, oldest first, at equal intervals; a missed sample repeats the one before.</param>
public sealed record ProfileSnapshot(IReadOnlyList<float> Window)
{
    /// <summary>The usual peak of each part of a day, the first one beginning at midnight UTC; empty until a day was seen.</summary>
    public IReadOnlyList<float> Daily { get; init; } = [];

    /// <summary>Memory only: share of time that something waited for memory (PSI <c>some</c>), 0 to 1. Stands for swap activity.</summary>
    public double Pressure { get; init; }

    /// <summary>The smallest sample that <paramref name="share"/> of the window does not exceed; 0 for an empty window.</summary>
    public double Percentile(double share)
    {
        if (Window.Count == 0) return 0;
        var sorted = Window.ToArray();
        Array.Sort(sorted);
        return sorted[Rank(share, sorted.Length)];
    }

    internal static int Rank(double share, int count) => Math.Clamp((int)Math.Ceiling(share * count) - 1, 0, count - 1);
}

/// <summary>What the router saw of a container: the gray-box signal.</summary>
/// <param name="ArrivalsPerSecond">Recent requests a second.</param>
/// <param name="PeakArrivalsPerSecond">A high percentile of the same.</param>
/// <param name="ServiceSeconds">Mean time of one request without waiting.</param>
/// <param name="ResponseSeconds">Recent mean response time.</param>
/// <param name="TargetSeconds">Response time the app is to keep.</param>
/// <param name="InterarrivalVariance">Variance of the time between requests, s².</param>
/// <param name="ServiceVariance">Variance of the service time, s².</param>
public sealed record RequestProfile(
    double ArrivalsPerSecond, double PeakArrivalsPerSecond, double ServiceSeconds, double ResponseSeconds, double TargetSeconds,
    double InterarrivalVariance, double ServiceVariance)
{
    /// <summary>Requests a second one container can take within its target: the G/G/1 bound of Sandpiper §4.2,
    /// λcap = 1 / (s + (σa² + σb²) / (2(d − s))). 0 when the target is not above the service time.</summary>
    public double Capacity => TargetSeconds <= ServiceSeconds ? 0
        : 1 / (ServiceSeconds + (InterarrivalVariance + ServiceVariance) / (2 * (TargetSeconds - ServiceSeconds)));
}
