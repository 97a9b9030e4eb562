using System.Globalization;
using Gantry.Lab.Tianchi;
using Gantry.Scheduling.Model;
using Gantry.Scheduling.Profiles;

namespace Gantry.Lab.Data;

/// <summary>The published workloads as snapshots of a cluster.</summary>
internal static class WorkloadSnapshots
{
    public static IReadOnlyList<string> Names { get; } = ["openb", "tianchi", "planetlab:DAY"];

    public static ClusterSnapshot Read(string name, DataFolder folder) => name switch
    {
        "openb" => OpenB(File.ReadLines(folder.File("openb/openb_node_list_all_node.csv")), File.ReadLines(folder.File("openb/openb_pod_list_default.csv"))),
        "tianchi" => Tianchi(TianchiInstance.Read(folder.File("tianchi2018/preliminary_b.zip"))),
        _ when name.StartsWith("planetlab:", StringComparison.Ordinal) => PlanetLab(PlanetLabReader.Read(folder, name[10..])),
        _ => throw new LabException($"There is no data set {name}. Use one of {string.Join(", ", Names)}."),
    };

    /// <summary>Alibaba's GPU cluster of 2023 by its CPU and memory: all pods that were ever asked for, at once and without a place.</summary>
    public static ClusterSnapshot OpenB(IEnumerable<string> nodes, IEnumerable<string> pods)
    {
        static ReadOnlySpan<long> Vector(string[] fields) => (long[])[Whole(fields[1]), Whole(fields[2]) << 20];
        return new ClusterSnapshot
        {
            Hosts = [.. nodes.Skip(1).Where(l => l.Length > 0).Select(l => l.Split(',')).Select(f => new HostSnapshot(f[0], Vector(f).ToArray()))],
            Containers = [.. pods.Skip(1).Where(l => l.Length > 0).Select(l => l.Split(',')).Select(f => new ContainerSnapshot(f[0], f[0], "", Vector(f).ToArray()))],
        };
    }

    /// <summary>Tianchi's machines, instances and rules, in thousandths of a core and megabytes. CPU and memory are held to their curves alone; what
    /// has no curve is held to its limit.</summary>
    public static ClusterSnapshot Tianchi(TianchiInstance instance)
    {
        long[] Host(int m) => [Up(1000 * instance.Hosts[m].Curves[0]), Up(1024 * instance.Hosts[m].Curves[1]), .. instance.Hosts[m].Scalars.Select(Up)];
        var kinds = instance.Curves.Select((curves, app) =>
        {
            float[] cpu = [.. curves.Take(TianchiInstance.Points).Select(v => (float)Up(1000 * v))], memory = [.. curves.Skip(TianchiInstance.Points).Select(v => (float)Up(1024 * v))];
            return (Limits: (long[])[(long)cpu.Max(), (long)memory.Max(), .. instance.Scalars[app].Select(Up)],
                Profiles: (ProfileSnapshot?[])[new([]) { Daily = cpu }, new([]) { Daily = memory }, null, null, null, null]);
        }).ToArray();
        return new ClusterSnapshot
        {
            Resources = [ResourceNames.Cpu, ResourceNames.Memory, ResourceNames.Disk, "p", "m", "pm"],
            Hosts = [.. instance.Machines.Select((name, m) => new HostSnapshot(name, Host(m)))],
            Containers =
            [
                .. instance.Instances.Select((name, i) => new ContainerSnapshot(name, instance.Apps[instance.AppOf[i]], instance.Initial[i] < 0 ? "" : instance.Machines[instance.Initial[i]], kinds[instance.AppOf[i]].Limits)
                { Profiles = kinds[instance.AppOf[i]].Profiles }),
            ],
            Interference = [.. instance.Rules.Select(r => new InterferenceRule(instance.Apps[r.App], instance.Apps[r.Other], r.Most))],
            Policy = new ClusterPolicy { Overcommit = [new Overcommit("", ResourceNames.Cpu, 1000), new Overcommit("", ResourceNames.Memory, 1000)] },
        };
    }

    /// <summary>Virtual machines of one core, their day in parts of 15 minutes, twenty to a host in the order of the file; hosts as large as their load
    /// at a mean of 40 %.</summary>
    public static ClusterSnapshot PlanetLab(IReadOnlyList<float[]> traces)
    {
        const int perHost = 20, core = 1000, part = 3;
        var hosts = (traces.Count + perHost - 1) / perHost;
        var capacity = (long)(traces.Average(t => t.Average()) / 100 * core * perHost / 0.4);
        return new ClusterSnapshot
        {
            Resources = [ResourceNames.Cpu],
            Hosts = [.. Enumerable.Range(0, hosts).Select(h => new HostSnapshot($"h{h:000}", [capacity]))],
            Containers =
            [
                .. traces.Select((trace, v) => new ContainerSnapshot($"vm{v:00000}", $"vm{v:00000}", $"h{v % hosts:000}", [core])
                { Profiles = [new ProfileSnapshot([.. trace.Select(p => p / 100 * core)]) { Daily = [.. trace.Chunk(part).Select(c => c.Max() / 100 * core)] }] }),
            ],
            Policy = new ClusterPolicy { Overcommit = [new Overcommit("", ResourceNames.Cpu, 20)] },
        };
    }

    private static long Up(double value) => (long)Math.Ceiling(value - 1e-9);

    private static long Whole(string text) =>
        long.TryParse(text, CultureInfo.InvariantCulture, out var value) && value >= 0 ? value : throw new LabException($"'{text}' is not a whole number from 0 up. The file is damaged.");
}
