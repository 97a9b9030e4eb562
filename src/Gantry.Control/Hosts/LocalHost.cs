using Gantry.Agent;
using Gantry.Domain;
using Gantry.Domain.Hosts;
using Gantry.Store.Records;
using Microsoft.Extensions.Options;

namespace Gantry.Control.Hosts;

/// <summary>The host that this process runs containers on, if it is one.</summary>
internal sealed class LocalHost(
    IHostStore hosts, IContainerStore containers, TimeProvider time, IOptions<SchedulingOptions> options, IOptions<AgentOptions> agent)
{
    private const string FromBefore = "it ran here before places were written down";

    /// <summary>No host can be called that: an agent beside this process is another one.</summary>
    private static readonly HostId _none = new("/");

    private readonly Lazy<HostId> _id = new(() => options.Value.TakesContainers ? Identify(options.Value) : _none);
    private bool _registered;

    /// <summary>Of no host where this process has none.</summary>
    public HostId Id => _id.Value;

    public bool TakesContainers => options.Value.TakesContainers;

    /// <summary>Writes down, once a process, that this host is there and what it has. Not for several at once.</summary>
    public async Task RegisterAsync(CancellationToken token)
    {
        if (_registered || !TakesContainers)
            return;
        var o = options.Value;
        if (await hosts.FindAsync(Id, token).ConfigureAwait(false) is { Address: not null, RemovedAt: null })
            throw new InvalidOperationException(
                $"A host of the name {Id} has joined the cluster, so this machine can't be it too. Delete {o.HostIdPath} and give this one another name with Gantry:Scheduling:HostName.");
        await hosts.RegisterAsync(
            new Host
            {
                Id = Id, Name = Environment.MachineName, Class = o.HostClass, Zone = o.HostZone, Capacity = HostCapacity.Measure(),
                RegisteredAt = time.GetUtcNow(), Subnet = agent.Value.EffectiveSubnet,
            },
            token).ConfigureAwait(false);
        await AdoptAsync(token).ConfigureAwait(false);
        _registered = true;
    }

    /// <summary>Containers that an older Gantry started have their place here.</summary>
    private async Task AdoptAsync(CancellationToken token)
    {
        foreach (var container in await containers.ListLiveAsync(token).ConfigureAwait(false))
            if (container is { PlacedAt: null, StartedAt: { } started })
                await containers.UpdateAsync(container.Id, c => c with { Host = Id, PlacedAt = started, Placement = FromBefore }, token).ConfigureAwait(false);
    }

    private static HostId Identify(SchedulingOptions options)
    {
        if (!File.Exists(options.HostIdPath))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(options.HostIdPath))!);
            File.WriteAllText(options.HostIdPath, options.HostName + "\n");
        }

        return new HostId(File.ReadAllText(options.HostIdPath).Trim());
    }
}
