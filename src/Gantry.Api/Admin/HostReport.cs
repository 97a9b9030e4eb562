using Gantry.Agent.Metrics;
using Gantry.Contracts.Admin;
using Gantry.Control.Hosts;
using Gantry.Control.Hosts.Remote;
using Gantry.Domain.Containers;
using Gantry.Store.Records;

namespace Gantry.Api.Admin;

/// <summary>Hosts as operators see them: what the records and the scheduler know, and what each says of itself.</summary>
internal sealed class HostReport(IContainerStore containers, IClusterLevels levels)
{
    private const string Memory = "memory";
    private const string Cpu = "cpu";

    public async Task<IReadOnlyList<HostResource>> MakeAsync(IReadOnlyList<HostView> hosts, CancellationToken token)
    {
        var live = await containers.ListLiveAsync(token);
        return await Task.WhenAll(hosts.Select(async h => With(ToWire(h, live), await levels.ReadAsync(h.Host.Id, token))));
    }

    /// <summary>Of a host that is not heard nothing is known.</summary>
    private static HostResource With(HostResource host, HostLevels? now) => now is null ? host : host with
    {
        Load = now.Load, MemoryTotal = now.MemoryTotal, MemoryAvailable = now.MemoryAvailable, DiskTotal = now.DiskTotal, DiskFree = now.DiskFree,
    };

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
}
