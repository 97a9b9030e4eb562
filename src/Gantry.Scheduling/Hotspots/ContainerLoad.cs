using Gantry.Scheduling.Model;
using Gantry.Scheduling.Profiles;

namespace Gantry.Scheduling.Hotspots;

/// <summary>What one container is expected to use: a mean and a variance for each resource that hotspots are about.</summary>
internal sealed class ContainerLoad
{
    private readonly double[] _mean;
    private readonly double[] _variance;

    public ContainerLoad(ContainerSnapshot container, int[] resources, int memory)
    {
        Container = container;
        (_mean, _variance) = (new double[resources.Length], new double[resources.Length]);
        for (var i = 0; i < resources.Length; i++) (_mean[i], _variance[i]) = Expect(container, resources[i]);
        Cost = Sandpiper.MoveCost(container, memory);
    }

    public ContainerSnapshot Container { get; }

    /// <summary>What moving it costs, layers that its target lacks not counted.</summary>
    public double Cost { get; }

    public double Mean(int i) => _mean[i];

    public double Variance(int i) => _variance[i];

    /// <summary>What it used lately counts, where that is more: on a host that is hot the level lags behind.</summary>
    public void RaiseToLatest(int i, int resource, int samples)
    {
        if (Container.Profile(resource) is not { } profile) return;
        var window = ProfileSnapshot.Samples(profile.Window);
        window = window[^Math.Min(samples, window.Length)..];
        double sum = 0;
        foreach (var value in window) sum += value;
        if (window.Length > 0) _mean[i] = Math.Max(_mean[i], sum / window.Length);
    }

    /// <summary>The measured level; more for a container that <see cref="PeakEstimate"/> takes to want more than it got, and the limit where nothing was measured.</summary>
    private static (double Mean, double Variance) Expect(ContainerSnapshot container, int resource)
    {
        var profile = container.Profile(resource);
        if (profile is null || profile.Window.Count == 0) return (container.Limits[resource], 0);
        var moments = ProfileMoments.Of(profile.Window);
        return PeakEstimate.MayHide(container, profile, moments.Highest, resource)
            ? (moments.Mean * PeakEstimate.HiddenFactor(container, profile, resource), moments.Variance) : (moments.Mean, moments.Variance);
    }
}
