using System.Collections.Concurrent;
using Gantry.Agent.Runtime;
using Gantry.Bus;
using Gantry.Control.Routes;
using Gantry.Domain;
using Gantry.Domain.Containers;
using Gantry.Router;
using Gantry.Store.Records;
using Microsoft.Extensions.Options;

namespace Gantry.Control.Containers;

/// <summary>
/// Stops a container in order: out of the routes, requests under way end, SIGTERM, SIGKILL. How far it came is kept
/// in memory only: after a restart of the daemon the times start anew, which is late but never too early.
/// </summary>
internal sealed class ContainerStopper(
    IContainerStore containers, IContainerRuntime runtime, RoutePublisher routes, OtherRouters others, IRouteTable table, IBus bus, TimeProvider time,
    IOptions<ControlOptions> options)
{
    private const int SigTerm = 15;
    private const int SigKill = 9;
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    private readonly ConcurrentDictionary<ContainerId, Progress> _progress = new();

    public async Task<TimeSpan?> StepAsync(Container container, CancellationToken token)
    {
        var now = time.GetUtcNow();
        if (!_progress.TryGetValue(container.Id, out var progress))
        {
            await containers.UpdateAsync(container.Id, c => c with { State = ContainerState.Stopping }, token).ConfigureAwait(false);
            var change = container.Type == ProcessTypes.Web ? await others.TellAsync(container.AppId, token).ConfigureAwait(false) : 0;
            bus.Publish(new ContainerChanged(container.Id));
            await routes.PublishAsync(container.AppId, token).ConfigureAwait(false);
            _progress[container.Id] = progress = new Progress(now, change, null);
        }

        if (progress.Terminated is null)
            return await DrainAsync(container, progress, now, token).ConfigureAwait(false);
        if (now - progress.Terminated < options.Value.StopTimeout)
            return options.Value.StopTimeout - (now - progress.Terminated.Value) + Poll;
        await runtime.SignalAsync(container.Id, SigKill, token).ConfigureAwait(false);
        return TimeSpan.FromSeconds(1);
    }

    public void Forget(ContainerId id) => _progress.TryRemove(id, out _);

    private async Task<TimeSpan?> DrainAsync(Container container, Progress progress, DateTimeOffset now, CancellationToken token)
    {
        if (now - progress.Began < options.Value.DrainTimeout
            && (table.InFlight(container.Id) > 0 || !await others.HaveLeftAsync(progress.Change, container.Id, token).ConfigureAwait(false)))
            return Poll;
        await runtime.SignalAsync(container.Id, SigTerm, token).ConfigureAwait(false);
        _progress[container.Id] = progress with { Terminated = now };
        return options.Value.StopTimeout;
    }

    private sealed record Progress(DateTimeOffset Began, long Change, DateTimeOffset? Terminated);
}
