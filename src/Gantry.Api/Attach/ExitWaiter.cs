using Gantry.Agent.Runtime;
using Gantry.Api.Http;
using Gantry.Bus;
using Gantry.Domain;
using Gantry.Domain.Containers;
using Gantry.Store.Records;

namespace Gantry.Api.Attach;

/// <summary>Waits for the end of a one-off.</summary>
internal sealed class ExitWaiter(
    IContainerStore containers, IContainerRuntime runtime, IBus bus, AttachSessions sessions, Shutdown shutdown, TimeProvider time)
{
    /// <summary>Notifications may be lost, so the stores are read again this often.</summary>
    private static readonly TimeSpan Recheck = TimeSpan.FromSeconds(1);

    /// <summary>Exit code for a container that ended without telling one (it never started, or its host lost it).</summary>
    private const int NoCode = 255;

    /// <returns>The exit code, or null when it was stopped for being idle.</returns>
    public async Task<int?> WaitAsync(ContainerId id, CancellationToken aborted)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(aborted, shutdown.Token);
        var notifications = bus.Subscribe(over.Token);
        try
        {
            return Answer(id, await FindAsync(id, over.Token) ?? await FollowAsync(id, notifications, over.Token));
        }
        finally
        {
            // A subscription that was never read ends with its token only.
            await over.CancelAsync();
        }
    }

    private async Task<int> FollowAsync(ContainerId id, IAsyncEnumerable<Notification> notifications, CancellationToken token)
    {
        await foreach (var notification in notifications.OrTickAsync(Recheck, time, token))
        {
            var concerns = notification is null or Missed || (notification is ContainerChanged changed && changed.ContainerId == id);
            if (concerns && await FindAsync(id, token) is { } code)
                return code;
        }

        throw new OperationCanceledException(token);
    }

    private int? Answer(ContainerId id, int code) => sessions.Get(id).TimedOut ? null : code;

    /// <summary>From the record once control has written it, or from the host, which knows earlier.</summary>
    private async Task<int?> FindAsync(ContainerId id, CancellationToken token)
    {
        if (await containers.FindAsync(id, token) is not { } container)
            return NoCode;
        if (container.State == ContainerState.Stopped)
            return container.ExitCode ?? NoCode;
        var status = (await runtime.ListAsync(token)).FirstOrDefault(s => s.Id == id);
        return status is { State: RuntimeState.Exited } ? status.ExitCode ?? NoCode : null;
    }
}
