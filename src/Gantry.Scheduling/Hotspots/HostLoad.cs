using Gantry.Scheduling.Model;
using Gantry.Scheduling.Profiles;

namespace Gantry.Scheduling.Hotspots;

/// <summary>Use of one host over the samples its containers have in common, as shares of capacity, and the peaks a move would bring.</summary>
internal sealed class HostLoad(ClusterSnapshot snapshot, HostSnapshot host)
{
    /// <summary>Volume would be infinite at 1.</summary>
    private const double MostShare = 0.999;

    private readonly Dictionary<string, double[]> _peaks = new(StringComparer.Ordinal);
    private readonly double[] _peak = new double[snapshot.Resources.Count];
    private readonly List<ContainerSnapshot> _containers = [];

    public HostSnapshot Host => host;

    public IReadOnlyList<ContainerSnapshot> Containers => _containers;

    /// <summary>Estimated peak of all containers of the host.</summary>
    public double Peak(int resource) => _peak[resource];

    /// <summary>Estimated peak of a container that is here.</summary>
    public double PeakOf(ContainerSnapshot container, int resource) => _peaks[container.Id][resource];

    public void Add(ContainerSnapshot container, double[]? known = null)
    {
        var peaks = known ?? Estimate(container);
        _containers.Add(container);
        _peaks.Add(container.Id, peaks);
        for (var r = 0; r < _peak.Length; r++) _peak[r] += peaks[r];
    }

    /// <summary>Takes the container away and hands over its peaks, which its next host need not estimate again.</summary>
    public double[] Remove(ContainerSnapshot container)
    {
        _containers.Remove(container);
        _peaks.Remove(container.Id, out var peaks);
        for (var r = 0; r < _peak.Length; r++) _peak[r] -= peaks![r];
        return peaks!;
    }

    /// <summary>The last samples of the host's use of a resource: sums over its containers.</summary>
    public double[] Window(int resource, int samples)
    {
        var sum = new double[samples];
        foreach (var container in _containers)
        {
            if (Profile(container, resource) is not { } profile) continue;
            var window = ProfileSnapshot.Samples(profile.Window);
            for (var i = 1; i <= Math.Min(samples, window.Length); i++) sum[^i] += window[^i];
        }

        return sum;
    }

    private double[] Estimate(ContainerSnapshot container) =>
        [.. Enumerable.Range(0, snapshot.Resources.Count).Select(r => PeakEstimate.Of(container, r))];

    /// <summary>1/((1−cpu)(1−net)(1−mem)) over the resources that hotspots are about.</summary>
    public double Volume()
    {
        double volume = 1;
        foreach (var resource in Resources(snapshot))
            if (host.Capacity[resource] > 0) volume /= 1 - Math.Min(MostShare, Peak(resource) / host.Capacity[resource]);
        return volume;
    }

    /// <summary>Hot: k of the last n samples above the threshold, and the forecast above it too.</summary>
    public bool IsHot(int resource)
    {
        var policy = snapshot.Policy.Hotspots;
        var bound = policy.Threshold * host.Capacity[resource];
        if (bound <= 0) return false;
        var length = Containers.Select(c => Profile(c, resource)?.Window.Count ?? 0).DefaultIfEmpty().Max();
        if (length < policy.SamplesAbove) return false;
        var window = Window(resource, length);
        var above = window.AsSpan(Math.Max(0, length - policy.SamplesLooked)).ToArray().Count(v => v > bound);
        return above >= policy.SamplesAbove && Autoregression.Next(window) > bound;
    }

    /// <summary>The resources of Sandpiper's volume that the snapshot counts.</summary>
    public static IEnumerable<int> Resources(ClusterSnapshot snapshot) =>
        Enumerable.Range(0, snapshot.Resources.Count).Where(r => snapshot.Resources[r] is ResourceNames.Cpu or ResourceNames.Memory or ResourceNames.NetworkIn or ResourceNames.NetworkOut);

    public static ProfileSnapshot? Profile(ContainerSnapshot container, int resource) => container.Profiles.Count > resource ? container.Profiles[resource] : null;
}
