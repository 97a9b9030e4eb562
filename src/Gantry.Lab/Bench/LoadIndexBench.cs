using Gantry.Lab.Data;
using Gantry.Scheduling.Hotspots;
using Gantry.Scheduling.Profiles;

namespace Gantry.Lab.Bench;

/// <summary>Which load index points at the hosts that will be overloaded: the same traces, the same placement, nothing moved.</summary>
internal static class LoadIndexBench
{
    private const double Mean = 0.6;

    /// <summary>Samples of the hour that is looked at.</summary>
    private const int Horizon = 12;

    /// <summary>Samples before the first question: an hour.</summary>
    private const int First = 12;

    /// <summary>Seconds between samples.</summary>
    private const int Interval = 300;

    public static void Print(DataFolder folder, TextWriter output)
    {
        output.WriteLine("| load index | of the next hour's overloaded host-intervals on the tenth of hosts it puts first |");
        output.WriteLine("|---|---|");
        var found = new Dictionary<string, (double Hits, double All)>(StringComparer.Ordinal);
        foreach (var day in PlanetLabReader.Days) Count(PlanetLabReader.Read(folder, day), found);
        foreach (var (index, (hits, all)) in found) output.WriteLine(FormattableString.Invariant($"| {index} | {hits / all:0.0%} |"));
    }

    private static void Count(IReadOnlyList<float[]> traces, Dictionary<string, (double Hits, double All)> found)
    {
        var hosts = (traces.Count + HotspotBench.PerHost - 1) / HotspotBench.PerHost;
        var capacity = traces.Average(t => t.Average()) * HotspotBench.PerHost / Mean;
        var on = Enumerable.Range(0, hosts).Select(h => traces.Where((_, v) => v % hosts == h).ToList()).ToList();
        double[][] load = [.. on.Select(vms => Enumerable.Range(0, PlanetLabReader.Samples).Select(t => vms.Sum(v => (double)v[t]) / capacity).ToArray())];
        var queues = new[] { 1200, 6000 }.Select(seconds => (Seconds: seconds, Queues: load.Select(_ => new SmoothedQueue(seconds)).ToArray())).ToList();
        for (var t = 0; t + Horizon < PlanetLabReader.Samples; t++)
        {
            foreach (var (_, each) in queues)
                for (var h = 0; h < hosts; h++) each[h].Add(Interval, load[h][t]);
            if (t < First) continue;
            double[] next = [.. load.Select(l => l.AsSpan(t + 1, Horizon).ToArray().Count(u => u > OverloadCount.Threshold))];
            void Note(string index, IEnumerable<double> values)
            {
                var (hits, all) = found.GetValueOrDefault(index);
                var first = values.Select((value, h) => (value, h)).OrderByDescending(p => p.value).ThenBy(p => p.h).Take((hosts + 9) / 10);
                found[index] = (hits + first.Sum(p => next[p.h]), all + next.Sum());
            }

            Note("use now: VSL, and with one resource Sandpiper's volume of it", load.Select(l => l[t]));
            Note("Sandpiper's volume of 95th percentiles", on.Select(vms => vms.Sum(v => Window(v, t).Percentile(0.95))));
            foreach (var (constant, each) in queues) Note($"smoothed queue, {constant / 60} minutes (demand over capacity stands for the run queue, which was not recorded)", each.Select(q => q.Value));
            Note("Gantry's expected excess", on.Select(vms => Excess([.. vms.Select(v => ProfileMoments.Of(Window(v, t).Window))], capacity)));
            Note("the future itself", next);
        }
    }

    private static ProfileSnapshot Window(float[] trace, int t) => new(trace[Math.Max(0, t + 1 - ProfileState.WindowSize)..(t + 1)]);

    private static double Excess(List<ProfileMoments> containers, double capacity) =>
        ExpectedExcess.Of(containers.Sum(c => c.Mean), Math.Sqrt(containers.Sum(c => c.Variance)), OverloadCount.Threshold * capacity);
}
