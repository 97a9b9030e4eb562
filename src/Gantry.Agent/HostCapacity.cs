using System.Globalization;

namespace Gantry.Agent;

/// <summary>What this machine has.</summary>
public static class HostCapacity
{
    /// <summary>By resource: <c>cpu</c> in thousandths of a core, <c>memory</c> in bytes.</summary>
    public static Dictionary<string, long> Measure() => new() { ["cpu"] = Environment.ProcessorCount * 1000L, ["memory"] = MemoryBytes() };

    /// <summary>The line <c>MemTotal: 24689764 kB</c>.</summary>
    private static long MemoryBytes() => File.ReadLines("/proc/meminfo").First(l => l.StartsWith("MemTotal:", StringComparison.Ordinal))
        .Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var kilobytes, ..] ? long.Parse(kilobytes, CultureInfo.InvariantCulture) * 1024 : 0;
}
