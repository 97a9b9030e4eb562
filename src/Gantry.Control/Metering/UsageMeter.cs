using Gantry.Agent.Metrics;
using Gantry.Agent.Runtime;
using Gantry.Build;
using Gantry.Control.Hosts.Remote;
using Gantry.Domain;
using Gantry.Domain.Apps;
using Gantry.Domain.Containers;
using Gantry.Domain.Usage;
using Gantry.Store.Records;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Gantry.Control.Metering;

/// <summary>Keeps the usage records of each host true to what runs on it. Every call can be repeated, and killed at any point.</summary>
internal sealed partial class UsageMeter(
    IUsageStore usage, IContainerStore containers, IAppStore apps, IHostClock clock, TimeProvider time, IOptions<BuildOptions> builds,
    ILogger<UsageMeter> logger)
{
    /// <summary>The host of this process, in the records of usage.</summary>
    private const string Here = "";

    /// <summary>A build has no record of its own to find its app by, so it is announced before it starts.</summary>
    public Task AnnounceBuildAsync(ContainerId id, App app, CancellationToken token) => usage.AnnounceAsync(
        new UsageSubject(id, UsageKind.Build, app.Id, app.Name.Value, app.OwnerId, "build", "build", builds.Value.MemoryBytes), time.GetUtcNow(), token);

    /// <summary>Compares all records of this host with all that its runtime has, and notes that the host was seen.</summary>
    public async Task SettleAsync(IContainerRuntime runtime, CancellationToken token)
    {
        // In this order: a record that was open before the runtime is asked, and that it does not know, has ended.
        var open = await usage.ListOpenAsync(Here, token).ConfigureAwait(false);
        var now = Now();
        var runs = Runs(await runtime.ListAsync(token).ConfigureAwait(false));
        await ApplyAsync(Here, open, runs, now, now, token).ConfigureAwait(false);
    }

    /// <summary>Likewise for a host elsewhere, by what it was heard to have last; nothing while it was not heard yet.</summary>
    public async Task SettleAsync(HostSession host, CancellationToken token)
    {
        var open = await usage.ListOpenAsync(host.Id.Value, token).ConfigureAwait(false);
        if (host.Sighting is { } now)
            await ApplyAsync(host.Id.Value, open, Runs(host.Statuses), now, now, token).ConfigureAwait(false);
    }

    /// <summary>Notes that hosts were seen on which nothing has begun or ended since they were settled.</summary>
    public Task SeeAsync(IReadOnlyDictionary<string, HostSighting> sightings, CancellationToken token) => usage.SeeAsync(sightings, token);

    /// <summary>Writes down the end of a container, before its runtime forgets it.</summary>
    /// <param name="host">Null for this one.</param>
    public async Task CloseAsync(ContainerStatus ended, HostSession? host, CancellationToken token)
    {
        var key = host?.Id.Value ?? Here;
        var open = await usage.ListOpenAsync(key, token).ConfigureAwait(false);
        if ((host is null ? Now() : host.Sighting) is { } now)
            await ApplyAsync(key, [.. open.Where(r => r.ContainerId == ended.Id)], Runs([ended]), now, null, token).ConfigureAwait(false);
    }

    private async Task ApplyAsync(
        string host, IReadOnlyList<UsageRecord> open, IReadOnlyList<ObservedRun> runs, HostSighting now, HostSighting? sighting, CancellationToken token)
    {
        var last = await usage.FindSightingAsync(host, token).ConfigureAwait(false);
        var known = open.Select(r => r.ContainerId).ToHashSet();
        var subjects = await SubjectsAsync([.. runs.Select(r => r.Id).Where(id => !known.Contains(id))], token).ConfigureAwait(false);
        await usage.ApplyAsync(host, UsageLedger.Settle(host, open, last, now, runs, subjects), sighting, token).ConfigureAwait(false);
    }

    private async Task<IReadOnlyDictionary<ContainerId, UsageSubject>> SubjectsAsync(IReadOnlyCollection<ContainerId> ids, CancellationToken token)
    {
        if (ids.Count == 0)
            return new Dictionary<ContainerId, UsageSubject>();
        var subjects = (await usage.ListAnnouncedAsync(ids, token).ConfigureAwait(false)).ToDictionary(s => s.ContainerId);
        foreach (var id in ids.Where(id => !subjects.ContainsKey(id)))
        {
            if (await FindSubjectAsync(id, token).ConfigureAwait(false) is { } subject)
                subjects[id] = subject;
            else
                Log.Unknown(logger, id.Value);
        }

        return subjects;
    }

    private async Task<UsageSubject?> FindSubjectAsync(ContainerId id, CancellationToken token)
    {
        if (await containers.FindAsync(id, token).ConfigureAwait(false) is not { } container
            || await apps.FindByIdAsync(container.AppId, token).ConfigureAwait(false) is not { } app)
            return null;
        var size = ContainerSize.Find(container.Size) ?? ContainerSize.Default;
        var kind = container.IsOneOff ? UsageKind.OneOff : UsageKind.Container;
        return new UsageSubject(id, kind, app.Id, app.Name.Value, app.OwnerId, container.Type, size.Name, size.MemoryBytes);
    }

    private HostSighting Now() => new(new BootTime(clock.BootId, (long)clock.Uptime.TotalSeconds), time.GetUtcNow());

    private static IReadOnlyList<ObservedRun> Runs(IEnumerable<ContainerStatus> statuses) =>
    [
        .. statuses.Where(s => s.State != RuntimeState.Created && (s.StartedAt ?? s.ExitedAt) is not null).Select(s => new ObservedRun(
            s.Id, s.State == RuntimeState.Exited, s.StartedAt, s.ExitedAt, s.StartedUptime?.TotalSeconds, s.ExitedUptime?.TotalSeconds)),
    ];

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The container {Container} runs or ran on this host, and no record says for whom: its time is billed to nobody")]
        public static partial void Unknown(ILogger logger, string container);
    }
}
