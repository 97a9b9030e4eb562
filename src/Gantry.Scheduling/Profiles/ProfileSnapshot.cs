using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

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
        var samples = Samples(Window);
        var copy = samples.Length <= 512 ? stackalloc float[samples.Length] : new float[samples.Length];
        samples.CopyTo(copy);
        return Select(copy, Rank(share, copy.Length));
    }

    /// <summary>The list's memory: passes over ten thousand profiles have no time for an interface call a sample.</summary>
    internal static ReadOnlySpan<float> Samples(IReadOnlyList<float> list) => list switch
    {
        float[] array => array,
        ArraySegment<float> part => part,
        List<float> kept => CollectionsMarshal.AsSpan(kept),
        _ => list.ToArray(),
    };

    /// <summary>Whether every sample is a number from 0 up.</summary>
    internal bool IsValid() => AreValid(Samples(Window)) && AreValid(Samples(Daily));

    /// <remarks>NaN fails every comparison, so it counts as broken here too.</remarks>
    private static bool AreValid(ReadOnlySpan<float> samples)
    {
        var wide = MemoryMarshal.Cast<float, Vector256<float>>(samples);
        foreach (var values in wide)
            if (!Vector256.GreaterThanOrEqualAll(values, Vector256<float>.Zero) || !Vector256.LessThanOrEqualAll(values, Vector256.Create(float.MaxValue))) return false;
        foreach (var value in samples[(wide.Length * Vector256<float>.Count)..])
            if (!(value >= 0 && value <= float.MaxValue)) return false;
        return true;
    }

    /// <summary>Hoare's selection: the value that sorting would put at <paramref name="rank"/>.</summary>
    private static float Select(Span<float> values, int rank)
    {
        while (values.Length > 1)
        {
            var pivot = values[values.Length / 2];
            int low = 0, high = values.Length - 1;
            while (low <= high)
            {
                while (values[low] < pivot) low++;
                while (values[high] > pivot) high--;
                if (low > high) break;
                (values[low], values[high]) = (values[high--], values[low++]);
            }

            if (rank <= high) values = values[..(high + 1)];
            else if (rank < low) return pivot;
            else
            {
                values = values[low..];
                rank -= low;
            }
        }

        return values[0];
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

    /// <summary>Whether every number is one from 0 up.</summary>
    internal bool IsValid() =>
        ((ReadOnlySpan<double>)[ArrivalsPerSecond, PeakArrivalsPerSecond, ServiceSeconds, ResponseSeconds, TargetSeconds, InterarrivalVariance, ServiceVariance])
            .IndexOfAnyExceptInRange(0, double.MaxValue) < 0;
}
