using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Gantry.Scheduling.Profiles;

/// <summary>What a window of samples lets expect of the next ones.</summary>
/// <param name="Mean">The level, newer samples counting more.</param>
/// <param name="Variance">Variance about that level, with the same weights; 0 for a single sample.</param>
/// <param name="Highest">The largest sample.</param>
public readonly record struct ProfileMoments(double Mean, double Variance, double Highest)
{
    /// <summary>A sample counts so much less than the next newer one. Of the forecasts of PlanetLab's containers tried, constants of 0.05 to
    /// 0.1 had the least error, at 5 minutes and at 3 hours ahead; at 10 s a sample it is a memory of some three minutes.</summary>
    private const double Forgetting = 0.05;

    private static readonly float[] _weights = Weights();

    /// <summary>The moments of the newest samples of a window.</summary>
    /// <remarks>Lanes of a fixed width: a replayed pass must give the same bytes on every machine. Samples are taken as differences from the
    /// newest one, so that bytes of memory keep their digits.</remarks>
    public static ProfileMoments Of(IReadOnlyList<float> window) => Of(ProfileSnapshot.Samples(window));

    private static ProfileMoments Of(ReadOnlySpan<float> samples)
    {
        if (samples.IsEmpty) return default;
        samples = samples[^Math.Min(samples.Length, _weights.Length)..];
        var weights = _weights.AsSpan(_weights.Length - samples.Length);
        var newest = samples[^1];
        var (sums, squares, totals, totalSquares, highs) = (Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero, Vector256.Create(newest));
        var wide = MemoryMarshal.Cast<float, Vector256<float>>(samples);
        var wideWeights = MemoryMarshal.Cast<float, Vector256<float>>(weights);
        for (var i = 0; i < wide.Length; i++)
        {
            var difference = wide[i] - Vector256.Create(newest);
            var weighted = wideWeights[i] * difference;
            sums += weighted;
            squares += weighted * difference;
            totals += wideWeights[i];
            totalSquares += wideWeights[i] * wideWeights[i];
            highs = Vector256.Max(highs, wide[i]);
        }

        double sum = Vector256.Sum(sums), square = Vector256.Sum(squares), total = Vector256.Sum(totals), totalSquare = Vector256.Sum(totalSquares), highest = newest;
        for (var lane = 0; lane < Vector256<float>.Count; lane++) highest = Math.Max(highest, highs[lane]);
        for (var i = wide.Length * Vector256<float>.Count; i < samples.Length; i++)
        {
            double difference = samples[i] - newest, weight = weights[i];
            sum += weight * difference;
            square += weight * difference * difference;
            total += weight;
            totalSquare += weight * weight;
            highest = Math.Max(highest, samples[i]);
        }

        var mean = sum / total;
        var biased = Math.Max(0, square / total - mean * mean);
        var freedom = 1 - totalSquare / (total * total);
        return new ProfileMoments(newest + mean, freedom > 1e-6 ? biased / freedom : 0, highest);
    }

    private static float[] Weights() =>
        [.. Enumerable.Range(0, ProfileState.WindowSize).Select(i => (float)Math.Pow(1 - Forgetting, ProfileState.WindowSize - 1 - i))];
}
