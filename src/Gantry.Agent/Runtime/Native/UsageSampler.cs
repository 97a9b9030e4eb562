using System.Globalization;
using Gantry.Domain;
using Gantry.Linux.Supervision;
using Microsoft.Extensions.Options;

namespace Gantry.Agent.Runtime.Native;

/// <summary>Reads what containers use from their control groups, v1 or v2.</summary>
internal sealed class UsageSampler(IOptions<AgentOptions> options, TimeProvider time)
{
    private const string Root = "/sys/fs/cgroup";
    private readonly bool _v2 = File.Exists($"{Root}/cgroup.controllers");
    private readonly string _parent = options.Value.InstanceName;

    public IReadOnlyList<ContainerUsage> Sample(IEnumerable<ContainerRecord> records)
    {
        List<ContainerUsage> usages = [];
        foreach (var record in records)
        {
            try
            {
                usages.Add(_v2 ? SampleV2(record) : SampleV1(record));
            }
            catch (IOException)
            {
                // It ended since it was listed: there is nothing to sample.
                continue;
            }
        }
        return usages;
    }

    private ContainerUsage SampleV1(ContainerRecord record)
    {
        var stat = Table(V1("memory", record, "memory.stat"));
        var peak = Number(V1("memory", record, "memory.max_usage_in_bytes"));
        var swapPeak = V1("memory", record, "memory.memsw.max_usage_in_bytes");
        return new ContainerUsage(
            new ContainerId(record.Id), time.GetUtcNow(), Number(V1("cpuacct", record, "cpuacct.usage")),
            // Cached files that the kernel gives back at once are no use of memory.
            Number(V1("memory", record, "memory.usage_in_bytes")) - stat.GetValueOrDefault("total_inactive_file"), peak, record.MemoryBytes,
            stat.GetValueOrDefault("total_swap"), File.Exists(swapPeak) ? Math.Max(0, Number(swapPeak) - peak) : 0, record.SwapBytes,
            (int)Number(V1("pids", record, "pids.current")));
    }

    private ContainerUsage SampleV2(ContainerRecord record)
    {
        var group = $"{Root}/{_parent}/{record.Id}";
        var stat = Table($"{group}/memory.stat");
        return new ContainerUsage(
            new ContainerId(record.Id), time.GetUtcNow(), Table($"{group}/cpu.stat").GetValueOrDefault("usage_usec") * 1000,
            Number($"{group}/memory.current") - stat.GetValueOrDefault("inactive_file"), Optional($"{group}/memory.peak"), record.MemoryBytes,
            Optional($"{group}/memory.swap.current"), Optional($"{group}/memory.swap.peak"), record.SwapBytes,
            (int)Number($"{group}/pids.current"));
    }

    private string V1(string controller, ContainerRecord record, string file) => $"{Root}/{controller}/{_parent}/{record.Id}/{file}";

    private static long Number(string file) => long.Parse(File.ReadAllText(file), CultureInfo.InvariantCulture);

    /// <summary>Older kernels do not count these.</summary>
    private static long Optional(string file) => File.Exists(file) ? Number(file) : 0;

    private static Dictionary<string, long> Table(string file) => File.ReadLines(file).Select(l => l.Split(' '))
        .ToDictionary(w => w[0], w => long.Parse(w[1], CultureInfo.InvariantCulture));
}
