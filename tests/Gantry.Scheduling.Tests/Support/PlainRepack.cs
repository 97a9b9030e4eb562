using Gantry.Scheduling.Model;
using Gantry.Scheduling.Profiles;
using Gantry.Scheduling.Repacking;

namespace Gantry.Scheduling.Tests.Support;

/// <summary>What a repacking weighs, worked out from the snapshot alone: no lanes, no kinds, no sums that are carried along.</summary>
internal sealed class PlainRepack(ClusterSnapshot snapshot, RepackOptions options)
{
    private readonly int _points = snapshot.Containers.SelectMany(c => c.Profiles).Max(p => p?.Daily.Count) ?? 0;

    /// <summary>Mean over the day of 1 + α(e^max(0, use − β) − 1) of the first resource, summed over hosts that hold something.</summary>
    public double Convex => snapshot.Hosts.Sum(ConvexOf);

    /// <summary>σ/μ of the loads of the ready hosts (Arzuaga and Kaeli 2010), σ that of a population.</summary>
    public double Imbalance
    {
        get
        {
            var loads = snapshot.Hosts.Where(h => h.State == HostState.Ready).Select(Vsl).ToList();
            if (loads.Count == 0 || loads.Sum() == 0) return 0;
            var mean = loads.Average();
            return Math.Sqrt(loads.Average(l => (l - mean) * (l - mean))) / mean;
        }
    }

    /// <summary>The chance of overload of the likeliest host.</summary>
    public double Risk => snapshot.Hosts.Where(h => On(h.Id).Count > 0).Select(h => Enumerable.Range(0, snapshot.Resources.Count).Max(r => Chance(h, r, On(h.Id)))).DefaultIfEmpty().Max();

    /// <summary>Price of the hosts that hold something, or their number.</summary>
    public double Price => snapshot.Hosts.Where(h => On(h.Id).Count > 0).Sum(h =>
        options.Prices.Count == 0 ? 1 : options.Prices.TryGetValue(h.Class, out var own) ? own : options.Prices.GetValueOrDefault(""));

    /// <summary>The same of one host; nothing for one that holds nothing.</summary>
    public double ConvexOf(HostSnapshot host)
    {
        var there = On(host.Id);
        if (there.Count == 0) return 0;
        if (host.Capacity[0] == 0) return 1;
        var unmeasured = there.Where(c => !IsMeasured(c, 0)).Sum(c => (double)c.Limits[0]) / Math.Max(1, Promisable(host, 0));
        return Enumerable.Range(0, Math.Max(1, Curved(0) ? _points : 1)).Average(t =>
            1 + options.Alpha * (Math.Exp(Math.Max(0, unmeasured + there.Where(c => IsMeasured(c, 0)).Sum(c => At(c, 0, t)) / host.Capacity[0] - options.Beta)) - 1));
    }

    /// <summary>Mean over resources of what is used over what is there.</summary>
    public double Vsl(HostSnapshot host) => Enumerable.Range(0, snapshot.Resources.Count).Average(r =>
        host.Capacity[r] == 0 ? 0 : On(host.Id).Sum(c => IsMeasured(c, r) ? Mean(c, r) : c.Limits[r]) / host.Capacity[r]);

    /// <summary>Chance that what these containers use of a resource is above what the host has, as a normal sum.</summary>
    public double Chance(HostSnapshot host, int r, IReadOnlyCollection<ContainerSnapshot> there)
    {
        if (host.Capacity[r] == 0) return 0;
        var share = snapshot.Policy.Predictor == "borg-default" ? 0.9 : 1;
        var mean = there.Where(c => IsMeasured(c, r)).Sum(c => Mean(c, r))
            + there.Where(c => !IsMeasured(c, r)).Sum(c => (double)c.Limits[r]) * share / Math.Max(1, Promisable(host, r)) * host.Capacity[r];
        var unit = Math.Max(1, snapshot.Hosts.Max(h => h.Capacity[r]) / (double)(1 << 20));
        var variance = there.Where(c => IsMeasured(c, r)).Sum(c => Math.Ceiling(Variance(c, r) / unit / unit)) * unit * unit;
        return variance == 0 ? (mean > host.Capacity[r] ? 1 : 0) : NormalTail((host.Capacity[r] - mean) / Math.Sqrt(variance));
    }

    /// <summary>Hosts that something enters although they would be overloaded too often while all copies run.</summary>
    public static IEnumerable<string> TooRisky(ClusterSnapshot snapshot, RepackOptions options, IReadOnlyList<MoveWave> waves)
    {
        for (var w = 0; w < waves.Count; w++)
        {
            var moving = waves[w].Moves.Select(m => m.ContainerId).ToHashSet();
            var staying = options.StopTheWorld ? snapshot.Containers.Where(c => !moving.Contains(c.Id)) : snapshot.Containers;
            var after = waves[w].Moves.Select(m => snapshot.Containers.Single(c => c.Id == m.ContainerId) with { Host = m.To }).ToList();
            var plain = new PlainRepack(snapshot, options);
            foreach (var copy in after)
            {
                var host = snapshot.Hosts.Single(h => h.Id == copy.Host);
                var there = staying.Concat(after).Where(c => c.Host == host.Id).ToList();
                for (var r = 0; r < snapshot.Resources.Count; r++)
                    if (copy.Limits[r] > 0 && plain.Chance(host, r, there) is var chance && chance > options.MaxOverloadChance + 1e-9) yield return $"wave {w}: {host.Id} has a chance of {chance}";
            }

            snapshot = snapshot with { Containers = [.. snapshot.Containers.Where(c => !moving.Contains(c.Id)), .. after] };
        }
    }

    /// <summary>Upper tail of the standard normal distribution by Simpson's rule.</summary>
    public static double NormalTail(double z)
    {
        if (z < 0) return 1 - NormalTail(-z);
        const int Parts = 400;
        var width = 10.0 / Parts;
        double sum = 0;
        for (var i = 0; i <= Parts; i++) sum += (i == 0 || i == Parts ? 1 : i % 2 == 1 ? 4 : 2) * Math.Exp(-(z + i * width) * (z + i * width) / 2);
        return sum * width / 3 / Math.Sqrt(2 * Math.PI);
    }

    private List<ContainerSnapshot> On(string host) => [.. snapshot.Containers.Where(c => c.Host == host)];

    private bool Curved(int r) => _points > 0 && snapshot.Containers.Any(c => Profile(c, r)?.Daily.Count == _points);

    private bool IsMeasured(ContainerSnapshot c, int r) => Profile(c, r) is { } profile && (profile.Window.Count >= 30 || (_points > 0 && profile.Daily.Count == _points));

    private static ProfileSnapshot? Profile(ContainerSnapshot c, int r) => c.Profiles.Count > r ? c.Profiles[r] : null;

    /// <summary>At a part of the day, or the 95th percentile where there is no day; in whole units, rounded up.</summary>
    private double At(ContainerSnapshot c, int r, int t)
    {
        var profile = Profile(c, r)!;
        return Math.Ceiling(_points > 0 && profile.Daily.Count == _points ? profile.Daily[t] : PlainPredictors.Percentile(profile.Window, 0.95));
    }

    private static double Mean(ContainerSnapshot c, int r) => Math.Ceiling(Samples(c, r).Average());

    private static double Variance(ContainerSnapshot c, int r)
    {
        var samples = Samples(c, r);
        var mean = samples.Average();
        return samples.Average(s => (s - mean) * (s - mean));
    }

    private static List<double> Samples(ContainerSnapshot c, int r) => [.. (Profile(c, r)!.Window is { Count: > 0 } window ? window : Profile(c, r)!.Daily).Select(s => (double)s)];

    private double Promisable(HostSnapshot host, int r) => new PlainPlacement(snapshot).Promisable(host, r);
}
