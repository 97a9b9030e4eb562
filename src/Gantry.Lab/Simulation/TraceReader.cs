using System.Globalization;
using Gantry.Lab.Data;
using Gantry.Scheduling;
using Gantry.Scheduling.Model;

namespace Gantry.Lab.Simulation;

/// <summary>Makes traces of the published workloads. What those do not record (boot times, who follows which curve) is drawn from the seed.</summary>
internal static class TraceReader
{
    private const double Hour = 3600;

    private const long MB = 1 << 20;

    public static IReadOnlyList<string> Names { get; } = ["openb", "planetlab", "planetlab:DAY"];

    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="folder">Where the workloads are.</param>
    /// <param name="speed">openb: how many times as fast as recorded its containers come.</param>
    /// <param name="seed">Of what is not recorded.</param>
    public static SimulationTrace Read(string name, DataFolder folder, double speed, ulong seed) => name switch
    {
        "openb" => OpenB(File.ReadLines(folder.File("openb/openb_node_list_all_node.csv")), File.ReadLines(folder.File("openb/openb_pod_list_default.csv")), PlanetLabReader.Read(folder, PlanetLabReader.Days[0]), speed, seed),
        "planetlab" => PlanetLab("planetlab, all five days at once", [.. PlanetLabReader.Days.SelectMany(day => PlanetLabReader.Read(folder, day))], seed),
        _ when name.StartsWith("planetlab:", StringComparison.Ordinal) => PlanetLab(name, PlanetLabReader.Read(folder, name[10..]), seed),
        _ => throw new LabException($"There is no trace {name}. Use one of {string.Join(", ", Names)}."),
    };

    /// <summary>openb's pods with their recorded life and, because at most 56 of them ever ran at once, come so many times as fast; each uses its CPU as
    /// some machine of PlanetLab did.</summary>
    public static SimulationTrace OpenB(IEnumerable<string> nodes, IEnumerable<string> pods, IReadOnlyList<float[]> curves, double speed, ulong seed)
    {
        if (!(speed > 0)) throw new LabException("The speed has to be above 0; 1 is as recorded.");
        var random = new SeededRandom(seed);
        var workload = WorkloadSnapshots.OpenB(nodes, pods = [.. pods]);
        var times = pods.Skip(1).Where(l => l.Length > 0).Select(l => l.Split(',')).Select(f => (Created: Seconds(f, 8), Deleted: Seconds(f, 9))).ToList();
        // The first pods were there months before the others came.
        var start = times.Select(t => t.Created).Order().ElementAt(times.Count / 20);
        var containers = new List<SimulatedContainer>();
        for (var i = 0; i < times.Count; i++)
        {
            var (created, deleted) = times[i];
            if (deleted <= start) continue;
            var (limits, arrives) = ((long[])workload.Containers[i].Limits, Math.Max(0, created - start) / speed);
            containers.Add(new SimulatedContainer(workload.Containers[i].App, limits, arrives, arrives + Math.Max(60, deleted - Math.Max(created, start)), random.Next(curves.Count), limits[0], 1 + 29 * random.NextDouble()));
        }

        return new SimulationTrace(FormattableString.Invariant($"openb at {speed:0.#} times its speed"), Sorted(workload.Hosts), containers, Shares(curves), containers.Max(c => c.Arrives));
    }

    /// <summary>Each machine of PlanetLab as a container that reserves the 75th percentile of its day, four to an app. Half are there at the beginning, the
    /// others come during the day; three in ten leave again.</summary>
    public static SimulationTrace PlanetLab(string name, IReadOnlyList<float[]> traces, ulong seed)
    {
        var random = new SeededRandom(seed);
        const double day = 24 * Hour;
        var containers = new List<SimulatedContainer>();
        for (var v = 0; v < traces.Count; v++)
        {
            var arrives = random.Next(2) == 0 ? 0 : random.NextDouble() * 20 * Hour;
            var leaves = random.NextDouble() < 0.3 ? arrives - 6 * Hour * Math.Log(1 - random.NextDouble()) : double.PositiveInfinity;
            var cpu = 50 * (long)Math.Ceiling(Math.Max(1, traces[v].Order().ElementAt(traces[v].Length * 3 / 4) * 10) / 50);
            containers.Add(new SimulatedContainer($"app-{v / 4:0000}", [cpu, (256 << random.Next(4)) * MB], arrives, leaves, v, 1000, 1 + 29 * random.NextDouble()));
        }

        long[] host = [4000, 16384 * MB];
        var hosts = (int)Math.Ceiling(host.Select((capacity, r) => containers.Sum(c => (double)c.Limits[r]) / capacity).Max() / 0.6);
        return new SimulationTrace(name, Sorted(Enumerable.Range(0, hosts).Select(h => new HostSnapshot($"h{h:0000}", host))), containers, Shares(traces), day);
    }

    private static IReadOnlyList<HostSnapshot> Sorted(IEnumerable<HostSnapshot> hosts) => [.. hosts.OrderBy(h => h.Id, StringComparer.Ordinal)];

    private static IReadOnlyList<float[]> Shares(IReadOnlyList<float[]> percentages) => [.. percentages.Select(p => p.Select(v => v / 100).ToArray())];

    private static double Seconds(string[] fields, int index) =>
        fields.Length > index && double.TryParse(fields[index], CultureInfo.InvariantCulture, out var value) && value >= 0 ? value
            : fields.Length > index && fields[index].Length == 0 ? double.PositiveInfinity : throw new LabException($"{fields[0]} has no time where one should be. The file is damaged.");
}
