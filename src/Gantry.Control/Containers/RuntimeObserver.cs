using System.Collections.Concurrent;
using Gantry.Agent.Runtime;
using Gantry.Bus;
using Gantry.Control.Hosts.Remote;
using Gantry.Domain;
using Gantry.Domain.Containers;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Gantry.Control.Containers;

/// <summary>Last known status of each container, here and on hosts elsewhere.</summary>
internal sealed partial class RuntimeObserver(IContainerRuntime runtime, HostSessions sessions, IBus bus, TimeProvider time, ILogger<RuntimeObserver> logger)
    : BackgroundService
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<ContainerId, ContainerStatus> _statuses = new();
    private readonly TaskCompletionSource _known = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the containers that were there before this process are known.</summary>
    public Task Known => _known.Task;

    /// <summary>By whichever host says something of it; see <see cref="Find(Container)"/>.</summary>
    public ContainerStatus? Find(ContainerId id) => _statuses.GetValueOrDefault(id);

    /// <summary>
    /// As the host says on which it has its place. Another one may speak of it too: it was told to start it, fell silent before it did, and does so when it is back.
    /// </summary>
    public ContainerStatus? Find(Container container) =>
        container.Host is { } host && sessions.Find(host) is { } session ? session.StatusOf(container.Id) : Find(container.Id);

    public IReadOnlyCollection<ContainerId> All => [.. _statuses.Keys];

    /// <summary>Keeps the newer of two reports: state only moves forward.</summary>
    /// <returns>False when it says nothing new.</returns>
    public bool Report(ContainerStatus status)
    {
        var known = Find(status.Id);
        return _statuses.AddOrUpdate(status.Id, status, (_, old) => status.State >= old.State ? status : old) != known;
    }

    public void Forget(ContainerId id) => _statuses.TryRemove(id, out _);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The watch is in place before the list is read, so that no change falls between the two.
        var changes = runtime.WatchAsync(stoppingToken);
        foreach (var status in await ListAsync(stoppingToken).ConfigureAwait(false))
            Report(status);
        _known.TrySetResult();
        await foreach (var status in changes.ConfigureAwait(false))
        {
            // A start is reported by its call and by its host, and a host that is heard again repeats all that it runs.
            if (Report(status))
                bus.Publish(new ContainerChanged(status.Id));
        }
    }

    /// <summary>Without its host the platform can do nothing but wait for it: the API and running apps stay up meanwhile.</summary>
    private async Task<IReadOnlyList<ContainerStatus>> ListAsync(CancellationToken token)
    {
        while (true)
        {
            try
            {
                return await runtime.ListAsync(token).ConfigureAwait(false);
            }
            catch (RuntimeException e)
            {
                Log.HostUnknown(logger, e.Message);
                await Task.Delay(Retry, time, token).ConfigureAwait(false);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "The containers of this host are not known yet, trying again: {Reason}")]
        public static partial void HostUnknown(ILogger logger, string reason);
    }
}
