using Gantry.Agent.Runtime;
using Gantry.Api.Http;
using Gantry.Bus;
using Gantry.Domain;
using Gantry.Domain.Containers;
using Gantry.Store.Records;
using Microsoft.Extensions.Options;

namespace Gantry.Api.Attach;

/// <summary>Waits for the end of a one-off.</summary>
internal sealed class ExitWaiter(
    IContainerStore containers, IContainerRuntime runtime, IBus bus, AttachSessions sessions, Shutdown shutdown, IOptions<ApiOptions> options, TimeProvider time)
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
        var began = time.GetTimestamp();
        var isStopped = false;
        await foreach (var notification in notifications.OrTickAsync(Recheck, time, token))
        {
            var concerns = notification is null or Missed || (notification is ContainerChanged changed && changed.ContainerId == id);
            if (concerns && await FindAsync(id, token) is { } code)
                return code;
            if (isStopped || time.GetElapsedTime(began) < options.Value.AttachLost || sessions.IsConnected(id))
                continue;
            isStopped = await StopUnattachedAsync(id, token);
        }

        throw new OperationCanceledException(token);
    }

    /// <summary>A command begins with its terminal. The client was attached and is not any more, so this one would wait for nobody.</summary>
    private async Task<bool> StopUnattachedAsync(ContainerId id, CancellationToken token)
    {
        if (!(await runtime.ListAsync(token)).Any(s => s.Id == id && s.State == RuntimeState.Created))
            return false;
        if (await containers.FindAsync(id, token) is not { Attached: true } container)
            return false;
        await containers.UpdateAsync(id, c => c with { Wanted = false, ExitReason = "The connection to its terminal was lost before the command began." }, token);
        bus.Publish(new AppChanged(container.AppId));
        return true;
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
