using Gantry.Lab.Data;
using Gantry.Lab.Tianchi;
using Gantry.Scheduling.Prediction;

namespace Gantry.Lab.Bench;

/// <summary>How much each predictor would let a cluster promise again, and how often it would have been wrong.</summary>
internal static class PredictorBench
{
    private const float Core = 1000;

    /// <summary>Days of which many containers ran on an earlier day of the set too: that one is their usual day.</summary>
    private static readonly (string Before, string Day)[] _pairs = [("20110303", "20110306"), ("20110306", "20110309"), ("20110322", "20110325")];

    public static void Print(DataFolder folder, TextWriter output)
    {
        output.WriteLine($"| workload | limits | hours ahead | predictions | oracle | {string.Join(" | ", PeakPredictors.All.Select(p => p.Name))} |");
        output.WriteLine($"|---|---|---|---|---|{string.Concat(Enumerable.Repeat("---|", PeakPredictors.All.Count))}");
        var days = PlanetLabReader.Days.ToDictionary(d => d, d => PlanetLabReader.ReadNamed(folder, d));
        foreach (var hours in new[] { 1, 6 })
        {
            foreach (var own in new[] { false, true })
                Row(output, "PlanetLab", own, hours, 12, days.Values.SelectMany(d => Hosts([.. d.Select(v => Recorded(v.Curve, own, []))])), 1);
            foreach (var own in new[] { false, true })
                Row(output, "PlanetLab, containers with an earlier day", own, hours, 12, _pairs.SelectMany(p => Hosts(Known(days[p.Before], days[p.Day], own))), 1);
        }

        var tianchi = TianchiInstance.Read(folder.File("tianchi2018/preliminary_b.zip"));
        foreach (var hours in new[] { 1, 6 }) Row(output, "Tianchi B, cpu, as deployed", true, hours, 4, Deployed(tianchi), 4);
    }

    /// <summary>Containers with an earlier day, one hour ahead, limits of a core.</summary>
    public static IReadOnlyList<PredictorScore> PlanetLab(DataFolder folder)
    {
        var (before, day) = _pairs[^1];
        return Judge(1, 12, Hosts(Known(PlanetLabReader.ReadNamed(folder, before), PlanetLabReader.ReadNamed(folder, day), own: false)), 1);
    }

    private static IReadOnlyList<PredictorScore> Judge(int hours, int samplesPerHour, IEnumerable<IReadOnlyList<RecordedContainer>> hosts, int stride)
    {
        var scores = PeakPredictors.All.Select(p => new PredictorScore(p)).ToList();
        foreach (var host in hosts) PredictorScore.Judge(scores, host, hours * samplesPerHour, PeakPredictors.WarmUp - 1, stride);
        return scores;
    }

    private static void Row(TextWriter output, string workload, bool own, int hours, int samplesPerHour, IEnumerable<IReadOnlyList<RecordedContainer>> hosts, int stride)
    {
        var scores = Judge(hours, samplesPerHour, hosts, stride);
        output.WriteLine(FormattableString.Invariant(
            $"| {workload} | {(own ? "own peak" : "a core")} | {hours} | {scores[0].Intervals} | {scores[0].OracleSaving:0.0%} | {string.Join(" | ", scores.Select(s => FormattableString.Invariant($"{s.Saving:0.0%} / {s.Violated:0.00%}")))} |"));
    }

    private static List<RecordedContainer> Known(IReadOnlyList<(string Name, float[] Curve)> before, IReadOnlyList<(string Name, float[] Curve)> day, bool own)
    {
        var earlier = before.ToDictionary(v => v.Name, v => v.Curve, StringComparer.Ordinal);
        return [.. day.Where(v => earlier.ContainsKey(v.Name)).Select(v => Recorded(v.Curve, own, earlier[v.Name]))];
    }

    /// <summary>As the reader gives it, in thousandths of a core; a part of a day is three samples.</summary>
    private static RecordedContainer Recorded(float[] percent, bool own, float[] before)
    {
        float[] curve = [.. percent.Select(p => p / 100 * Core)];
        return new RecordedContainer(own ? Peak(curve) : (long)Core, curve, [.. before.Chunk(3).Select(c => c.Max() / 100 * Core)]);
    }

    private static IEnumerable<IReadOnlyList<RecordedContainer>> Hosts(List<RecordedContainer> containers)
    {
        var hosts = (containers.Count + HotspotBench.PerHost - 1) / HotspotBench.PerHost;
        return Enumerable.Range(0, hosts).Select(h => (IReadOnlyList<RecordedContainer>)[.. containers.Where((_, v) => v % hosts == h)]);
    }

    private static IEnumerable<IReadOnlyList<RecordedContainer>> Deployed(TianchiInstance instance)
    {
        RecordedContainer[] apps = [.. instance.Curves.Select(c => c.Take(TianchiInstance.Points).Select(v => (float)v * Core).ToArray()).Select(c => new RecordedContainer(Peak(c), c, []))];
        return Enumerable.Range(0, instance.Instances.Count).Where(i => instance.Initial[i] >= 0).GroupBy(i => instance.Initial[i])
            .Select(host => (IReadOnlyList<RecordedContainer>)[.. host.Select(i => apps[instance.AppOf[i]])]);
    }

    private static long Peak(float[] curve) => (long)Math.Ceiling(curve.Max());
}
