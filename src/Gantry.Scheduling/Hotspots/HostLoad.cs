using Gantry.Scheduling.Model;
using Gantry.Scheduling.Profiles;

namespace Gantry.Scheduling.Hotspots;

/// <summary>What the containers of one host are expected to use together, and how far that is expected to be above the threshold.</summary>
/// <remarks>Means and variances add: what containers deviate from their levels is mostly their own. Covariances measured over a window of
/// this length are mostly noise; on PlanetLab counting them in relieved less and moved more.</remarks>
internal sealed class HostLoad
{
    /// <summary>Loads have heavier tails than a normal one has: their deviation counts so many times.</summary>
    private const double Tails = 1.5;

    private readonly ClusterSnapshot _snapshot;
    private readonly int[] _resources;
    private readonly double[] _mean;
    private readonly double[] _variance;
    private readonly List<ContainerLoad> _containers = [];

    public HostLoad(ClusterSnapshot snapshot, HostSnapshot host, int[] resources, int index)
    {
        (_snapshot, Host, _resources, Index) = (snapshot, host, resources, index);
        (_mean, _variance) = (new double[resources.Length], new double[resources.Length]);
    }

    public HostSnapshot Host { get; }

    /// <summary>Place of the host in the snapshot: decides ties.</summary>
    public int Index { get; }

    public IReadOnlyList<ContainerLoad> Containers => _containers;

    /// <summary>Expected excess of the next sample over the threshold, as a share of capacity, over all resources.</summary>
    public double Risk { get; private set; }

    /// <summary>The largest share of a capacity that one deviation above the mean takes: small for hosts with room.</summary>
    public double Fullness { get; private set; }

    public double Mean(int i) => _mean[i];

    public void Add(ContainerLoad container)
    {
        _containers.Add(container);
        Shift(container, 1);
    }

    public void Remove(ContainerLoad container)
    {
        _containers.Remove(container);
        Shift(container, -1);
    }

    /// <summary>Sums anew what <see cref="Risk"/> and <see cref="Fullness"/> are made of.</summary>
    public void Update()
    {
        (Risk, Fullness) = (RiskAfter(null, null), 0);
        for (var i = 0; i < _resources.Length; i++)
            if (Capacity(i) > 0) Fullness = Math.Max(Fullness, (_mean[i] + Math.Sqrt(Math.Max(0, _variance[i]))) / Capacity(i));
    }

    /// <summary><see cref="Risk"/> as it would be with one container more, or less, or both.</summary>
    public double RiskAfter(ContainerLoad? joins, ContainerLoad? leaves)
    {
        var policy = _snapshot.Policy.Hotspots;
        double risk = 0;
        for (var i = 0; i < _resources.Length; i++)
        {
            if (Capacity(i) <= 0) continue;
            var mean = _mean[i] + (joins?.Mean(i) ?? 0) - (leaves?.Mean(i) ?? 0);
            var variance = _variance[i] + (joins?.Variance(i) ?? 0) - (leaves?.Variance(i) ?? 0);
            var unsure = policy.Hysteresis / 2 * Capacity(i);
            risk += ExpectedExcess.Of(mean, Math.Sqrt(Tails * Tails * Math.Max(0, variance) + unsure * unsure), policy.Threshold * Capacity(i)) / Capacity(i);
        }

        return risk;
    }

    /// <summary>Whether the host, expected to use more for it, stays below the threshold by the hysteresis.</summary>
    public bool Takes(ContainerLoad joins, ContainerLoad? leaves)
    {
        var policy = _snapshot.Policy.Hotspots;
        for (var i = 0; i < _resources.Length; i++)
        {
            var more = joins.Mean(i) - (leaves?.Mean(i) ?? 0);
            if (more > 0 && _mean[i] + more > (policy.Threshold - policy.Hysteresis) * Capacity(i)) return false;
        }

        return true;
    }

    /// <summary>Hot: k of the last n samples above the threshold, and the forecast above it too.</summary>
    public bool IsHot(int i)
    {
        var policy = _snapshot.Policy.Hotspots;
        var bound = policy.Threshold * Capacity(i);
        if (bound <= 0) return false;
        var length = 0;
        foreach (var container in _containers) length = Math.Max(length, container.Container.Profile(_resources[i])?.Window.Count ?? 0);
        if (length < policy.SamplesAbove) return false;
        var above = 0;
        foreach (var sum in Window(i, Math.Min(length, policy.SamplesLooked)))
            if (sum > bound) above++;
        return above >= policy.SamplesAbove && Autoregression.Next(Window(i, length)) > bound;
    }

    /// <summary>The containers' level may lag behind a load that has just come: here the last samples count.</summary>
    public void RaiseToLatest(int i)
    {
        foreach (var container in _containers)
        {
            Shift(container, -1);
            container.RaiseToLatest(i, _resources[i], _snapshot.Policy.Hotspots.SamplesAbove);
            Shift(container, 1);
        }
    }

    /// <summary>The resources of Sandpiper's volume that the snapshot counts.</summary>
    public static int[] Resources(ClusterSnapshot snapshot) =>
        [.. Enumerable.Range(0, snapshot.Resources.Count).Where(r => snapshot.Resources[r] is ResourceNames.Cpu or ResourceNames.Memory or ResourceNames.NetworkIn or ResourceNames.NetworkOut)];

    private double Capacity(int i) => Host.Capacity[_resources[i]];

    /// <summary>The last samples of the host's use of a resource: sums over its containers.</summary>
    private double[] Window(int i, int samples)
    {
        var sum = new double[samples];
        foreach (var container in _containers)
        {
            if (container.Container.Profile(_resources[i]) is not { } profile) continue;
            var window = ProfileSnapshot.Samples(profile.Window);
            window = window[^Math.Min(samples, window.Length)..];
            var end = sum.AsSpan(samples - window.Length);
            for (var t = 0; t < window.Length; t++) end[t] += window[t];
        }

        return sum;
    }

    private void Shift(ContainerLoad container, int sign)
    {
        for (var i = 0; i < _mean.Length; i++)
        {
            _mean[i] += sign * container.Mean(i);
            _variance[i] += sign * container.Variance(i);
        }
    }
}
