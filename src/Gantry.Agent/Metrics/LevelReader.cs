using System.Globalization;
using Microsoft.Extensions.Options;

namespace Gantry.Agent.Metrics;

internal sealed class LevelReader(IOptions<AgentOptions> options) : IHostLevels
{
    public async Task<HostLevels> ReadAsync(CancellationToken token)
    {
        var load = double.Parse((await File.ReadAllTextAsync("/proc/loadavg", token)).Split(' ')[0], CultureInfo.InvariantCulture);
        var memory = await ReadMemoryAsync(token);
        var disk = new DriveInfo(Directory.Exists(options.Value.DataDirectory) ? options.Value.DataDirectory : "/");
        return new HostLevels(load, memory.GetValueOrDefault("MemTotal"), memory.GetValueOrDefault("MemAvailable"), disk.TotalSize, disk.AvailableFreeSpace);
    }

    /// <summary>Lines such as <c>MemTotal: 24689764 kB</c>, in bytes.</summary>
    private static async Task<Dictionary<string, long>> ReadMemoryAsync(CancellationToken token) =>
        (await File.ReadAllLinesAsync("/proc/meminfo", token))
        .Select(l => l.Split([':', ' '], StringSplitOptions.RemoveEmptyEntries))
        .Where(p => p.Length >= 2)
        .ToDictionary(p => p[0], p => long.Parse(p[1], CultureInfo.InvariantCulture) * 1024, StringComparer.Ordinal);
}
