using Gantry.Scheduling.Model;
using Gantry.Scheduling.Prediction;
using Gantry.Scheduling.Profiles;

namespace Gantry.Scheduling.Repacking;

/// <summary>The load of containers and hosts as one vector of sums. For each resource: limits; limits of what was not measured; mean
/// and variance of what was; its peak, or a curve over the day where any container has one.</summary>
internal sealed class LaneLayout
{
    /// <summary>Curves are padded with zeros to a whole number of vectors.</summary>
    private const int Lanes = 4;

    /// <summary>Share of the samples of a window that its peak is not below.</summary>
    private const double PeakShare = 0.95;

    /// <summary>Beyond this a sum of doubles might not be exact; no host has so much.</summary>
    private const double Most = 1L << 50;

    private readonly int _resources;
    private readonly int[] _curve;
    private readonly double[] _varianceUnit;

    public LaneLayout(ClusterSnapshot snapshot)
    {
        _resources = snapshot.Resources.Count;
        Points = snapshot.Containers.SelectMany(c => c.Profiles).Max(p => p?.Daily.Count) ?? 0;
        Stride = (Points + Lanes - 1) / Lanes * Lanes;
        _curve = new int[_resources];
        _varianceUnit = new double[_resources];
        var next = (5 * _resources + Lanes - 1) / Lanes * Lanes;
        for (var r = 0; r < _resources; r++)
        {
            _varianceUnit[r] = Math.Max(1, snapshot.Hosts.Select(h => h.Capacity[r]).DefaultIfEmpty().Max() / (double)(1 << 20));
            _curve[r] = -1;
            if (Points == 0 || !snapshot.Containers.Any(c => c.Profile(r)?.Daily.Count == Points)) continue;
            (_curve[r], next) = (next, next + Stride);
        }

        Length = next;
    }

    public int Length { get; }

    /// <summary>Parts of a day; 0 where no container has a day.</summary>
    public int Points { get; }

    public int Stride { get; }

    public static int Limit(int resource) => resource;

    public int Unmeasured(int resource) => _resources + resource;

    public int Mean(int resource) => 2 * _resources + resource;

    public int Variance(int resource) => 3 * _resources + resource;

    /// <summary>Measured peak, for a resource without a curve.</summary>
    public int Flat(int resource) => 4 * _resources + resource;

    /// <summary>Where the curve of the resource begins, or -1.</summary>
    public int Curve(int resource) => _curve[resource];

    /// <summary>A variance lane in the resource's unit squared.</summary>
    public double ToVariance(int resource, double lane) => lane * _varianceUnit[resource] * _varianceUnit[resource];

    public double[] Of(ContainerSnapshot container)
    {
        var lanes = new double[Length];
        for (var r = 0; r < _resources; r++)
        {
            var limit = Math.Min(Most, container.Limits[r]);
            lanes[Limit(r)] = limit;
            var profile = container.Profile(r);
            if (profile is null || (profile.Window.Count < PeakPredictors.WarmUp && (Points == 0 || profile.Daily.Count != Points))) lanes[Unmeasured(r)] = limit;
            else Measure(profile, r, lanes);
        }

        return lanes;
    }

    /// <summary>By resource: the highest of the reserved and the measured load.</summary>
    public double[] Peaks(double[] lanes) =>
        [.. Enumerable.Range(0, _resources).Select(r => Math.Max(lanes[Limit(r)], lanes[PeakPoint(lanes, r)]))];

    /// <summary>The lane in which what was measured of the resource is highest.</summary>
    public int PeakPoint(ReadOnlySpan<double> lanes, int resource)
    {
        if (_curve[resource] < 0) return Flat(resource);
        var best = _curve[resource];
        for (var i = best + 1; i < _curve[resource] + Points; i++)
            if (lanes[i] > lanes[best]) best = i;
        return best;
    }

    private void Measure(ProfileSnapshot profile, int resource, double[] lanes)
    {
        var samples = ProfileSnapshot.Samples(profile.Window.Count > 0 ? profile.Window : profile.Daily);
        double sum = 0, squares = 0;
        foreach (var sample in samples) sum += sample;
        var mean = sum / samples.Length;
        foreach (var sample in samples) squares += (sample - mean) * (sample - mean);
        lanes[Mean(resource)] = Whole(mean);
        lanes[Variance(resource)] = Whole(squares / samples.Length / _varianceUnit[resource] / _varianceUnit[resource]);
        var flat = profile.Window.Count > 0 ? Whole(profile.Percentile(PeakShare)) : 0;
        if (_curve[resource] is var curve && curve < 0) lanes[Flat(resource)] = flat;
        else
            for (var t = 0; t < Points; t++) lanes[curve + t] = profile.Daily.Count == Points ? Whole(profile.Daily[t]) : flat;
    }

    private static double Whole(double value) => Math.Min(Most, Math.Ceiling(value));
}
