using System.Globalization;
using Gantry.Agent.Runtime;
using Gantry.Contracts.Admin;
using Gantry.Domain.Containers;
using Gantry.Store.Records;
using Microsoft.Extensions.Options;

namespace Gantry.Api.Admin;

/// <summary>This machine as a host: what it has, what is promised of it, what runs on it.</summary>
internal sealed class HostReport(IContainerRuntime runtime, IContainerStore containers, IOptions<ApiOptions> options)
{
    public async Task<HostResource> MakeAsync(CancellationToken token)
    {
        var live = await containers.ListLiveAsync(token);
        var running = (await runtime.ListAsync(token)).Count(s => s.State == RuntimeState.Running);
        var memory = await ReadMemoryAsync(token);
        var disk = new DriveInfo(Directory.Exists(options.Value.DataFolder) ? options.Value.DataFolder : "/");
        return new HostResource(
            Environment.MachineName, "ready", Environment.ProcessorCount, await ReadLoadAsync(token),
            memory.GetValueOrDefault("MemTotal"), memory.GetValueOrDefault("MemAvailable"),
            live.Sum(c => (ContainerSize.Find(c.Size) ?? ContainerSize.Default).MemoryBytes),
            disk.TotalSize, disk.AvailableFreeSpace, live.Count, running, live.Select(c => c.AppId).Distinct().Count());
    }

    /// <summary>Lines such as <c>MemTotal: 24689764 kB</c>, in bytes.</summary>
    private static async Task<Dictionary<string, long>> ReadMemoryAsync(CancellationToken token) =>
        (await File.ReadAllLinesAsync("/proc/meminfo", token))
        .Select(l => l.Split([':', ' '], StringSplitOptions.RemoveEmptyEntries))
        .Where(p => p.Length >= 2)
        .ToDictionary(p => p[0], p => long.Parse(p[1], CultureInfo.InvariantCulture) * 1024, StringComparer.Ordinal);

    private static async Task<double> ReadLoadAsync(CancellationToken token) =>
        double.Parse((await File.ReadAllTextAsync("/proc/loadavg", token)).Split(' ')[0], CultureInfo.InvariantCulture);
}
