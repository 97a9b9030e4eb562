using System.Globalization;
using Gantry.Contracts.Admin;
using Gantry.Control.Hosts;
using Gantry.Control.Hosts.Remote;
using Gantry.Domain.Containers;
using Gantry.Store.Records;
using Microsoft.Extensions.Options;

namespace Gantry.Api.Admin;

/// <summary>Hosts as operators see them: what the records and the scheduler know, and of this machine what it says of itself.</summary>
internal sealed class HostReport(IContainerStore containers, IOptions<ApiOptions> options)
{
    private const string Memory = "memory";
    private const string Cpu = "cpu";

    public async Task<IReadOnlyList<HostResource>> MakeAsync(IReadOnlyList<HostView> hosts, CancellationToken token)
    {
        var live = await containers.ListLiveAsync(token);
        var list = new List<HostResource>(hosts.Count);
        foreach (var host in hosts)
            list.Add(host.IsLocal ? await MeasureAsync(ToWire(host, live), token) : ToWire(host, live));
        return list;
    }

    private static HostResource ToWire(HostView view, IReadOnlyList<Container> live)
    {
        var (host, there) = (view.Host, live.Where(c => c.Host == view.Host.Id).ToList());
        return new HostResource(
            host.Id.Value, host.Name, StatusOf(view), host.Class, host.Zone, host.Labels,
            (int)(host.Capacity.GetValueOrDefault(Cpu) / 1000), 0, host.Capacity.GetValueOrDefault(Memory), 0,
            view.Resources.FirstOrDefault(r => r.Resource == Memory)?.Reserved ?? 0, 0, 0, view.Containers, there.Count(c => c.State == ContainerState.Running),
            there.Select(c => c.AppId).Distinct().Count(),
            [.. view.Resources.Select(r => new HostAmount(r.Resource, r.Capacity, r.Promisable, r.Reserved, r.Used))], host.RegisteredAt, host.Address, host.Subnet);
    }

    private static string StatusOf(HostView view) => view.Presence switch
    {
        HostPresence.Ready => view.Host.Drain is not null ? (view.Containers > 0 ? "draining" : "drained") : view.Host.Cordoned ? "cordoned" : "ready",
        HostPresence.Suspected => "suspected",
        HostPresence.Lost => "lost",
        _ => "unknown",
    };

    private async Task<HostResource> MeasureAsync(HostResource host, CancellationToken token)
    {
        var memory = await ReadMemoryAsync(token);
        var disk = new DriveInfo(Directory.Exists(options.Value.DataFolder) ? options.Value.DataFolder : "/");
        return host with
        {
            Load = await ReadLoadAsync(token), MemoryTotal = memory.GetValueOrDefault("MemTotal"), MemoryAvailable = memory.GetValueOrDefault("MemAvailable"),
            DiskTotal = disk.TotalSize, DiskFree = disk.AvailableFreeSpace,
        };
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
