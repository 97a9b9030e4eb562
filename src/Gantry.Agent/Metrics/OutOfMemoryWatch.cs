using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Gantry.Agent.Logs;
using Gantry.Agent.Runtime;
using Gantry.Domain;
using Gantry.Domain.Containers;
using Gantry.Domain.Events;
using Gantry.Linux.Kernel;
using Gantry.Linux.Supervision;
using Gantry.Store.Records;

namespace Gantry.Agent.Metrics;

/// <summary>
/// Tells when the kernel killed a process for memory and its container lives on: a worker of a server, a child of a script. Of a
/// container that ends by it, its end tells.
/// </summary>
internal sealed class OutOfMemoryWatch(IAppLog log, IContainerStore containers, IEventStore events, IAppStore apps, TimeProvider time)
{
    /// <summary>What kills in a loop fills no timeline; its log has a line for each sample with kills.</summary>
    private static readonly TimeSpan EventInterval = TimeSpan.FromHours(1);
    private readonly KernelLog _kernelLog = new();
    private readonly Dictionary<ContainerId, DateTimeOffset> _told = [];
    private Dictionary<ContainerId, long>? _kills;

    /// <param name="usages">Of all running containers: others are forgotten.</param>
    public async Task LookAsync(IReadOnlyList<ContainerUsage> usages, CancellationToken token)
    {
        // What was killed before this process came, the one before has told.
        // Builds have no record: their output tells.
        foreach (var usage in usages)
            if (_kills is not null && usage.OutOfMemoryKills - _kills.GetValueOrDefault(usage.Id) is > 0 and var more && await containers.FindAsync(usage.Id, token) is { } container)
                await TellAsync(container, usage, more, token);
        // Of nearly all there were none.
        _kills = usages.Where(u => u.OutOfMemoryKills > 0).ToDictionary(u => u.Id, u => u.OutOfMemoryKills);
        foreach (var gone in _told.Keys.Where(id => !_kills.ContainsKey(id)).ToList())
            _told.Remove(gone);
    }

    private async Task TellAsync(Container container, ContainerUsage usage, long kills, CancellationToken token)
    {
        var now = time.GetUtcNow();
        var story = OutOfMemoryStory.TellOfProcesses(
            kills, usage.MemoryLimitBytes, usage.SwapLimitBytes, _kernelLog.KilledIn("/" + usage.ControlGroup), now - (container.StartedAt ?? now));
        log.Append(container.AppId, container.Label, $"[gantry] {container.Label} {story}");
        if (now - _told.GetValueOrDefault(container.Id) < EventInterval || await apps.FindByIdAsync(container.AppId, token) is not { } app)
            return;
        _told[container.Id] = now;
        var data = new JsonObject { ["container_type"] = container.Type, ["container"] = container.Label, ["message"] = story };
        var id = new EventId(RandomNumberGenerator.GetHexString(24, lowercase: true));
        await events.AddAsync(new AppEvent(id, now, "out_of_memory", app.OwnerId, "", app.Id, app.Name.Value, data.ToJsonString()), token);
    }
}
