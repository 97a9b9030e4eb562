using System.Globalization;
using Gantry.Agent.Logs;
using Gantry.Agent.Runtime;
using Gantry.Control.Formation;
using Gantry.Control.Hosts;
using Gantry.Control.Hosts.Remote;
using Gantry.Control.Work;
using Gantry.Domain.Containers;
using Gantry.Store.Records;

namespace Gantry.Control.Containers;

/// <summary>Decides what follows the end of a container, and tells the tenant.</summary>
internal sealed class CrashHandler(
    IAppStore apps, IContainerStore containers, IHostStore hosts, EventRecorder events, IAppLog log, ContainerPlacer placer, HostSessions sessions, TimeProvider time)
{
    public const string HostRestarted = ContainerStatus.HostRestarted;
    public const string HostLost = "Its host stopped answering.";

    /// <summary>True when the end was no fault of the app.</summary>
    public static bool IsHosts(string? reason) => reason is HostRestarted or HostLost;

    public async Task HandleEndAsync(Container container, CancellationToken token)
    {
        Tell(container);
        if (!container.Wanted || container.IsOneOff)
            return;
        var app = await apps.FindByIdAsync(container.AppId, token).ConfigureAwait(false);
        if (app is null || app.DeletedAt is not null || app.CurrentDeploymentId != container.DeploymentId)
            return;
        if (await IsHeldAsync(container, token).ConfigureAwait(false))
            return;
        if (container.BootFailed)
            await BootFailedAsync(container, token).ConfigureAwait(false);
        else if (IsHosts(container.ExitReason))
            await ReplaceAsync(container, container.Crashes, Attempts(container), TimeSpan.Zero, token).ConfigureAwait(false);
        else
            await CrashedAsync(container, token).ConfigureAwait(false);
    }

    /// <summary>
    /// Of a move one ended and the other is there: the new one that never became ready leaves the slot to the old one, and of an old one that
    /// ends by itself the new one follows already.
    /// </summary>
    private async Task<bool> IsHeldAsync(Container container, CancellationToken token)
    {
        var claims = (await containers.ListLiveAsync(container.AppId, token).ConfigureAwait(false)).Where(c => c.Wanted && Claims.IsSame(c, container)).ToList();
        if (container is { Replaces: { } moving, ReadyAt: null } && claims.Exists(c => c.Id == moving))
            Say(container, "did not become ready on another host, so it serves on where it is");
        else if (!claims.Exists(c => c.Replaces == container.Id))
            return false;
        return true;
    }

    private async Task BootFailedAsync(Container container, CancellationToken token)
    {
        var failures = container.BootAttempts + 1;
        var delay = BootPolicy.Delay(failures);
        Say(container, delay is { } wait
            ? $"is tried again in {wait.TotalSeconds:0} s (retry {failures} of {BootPolicy.Retries}). 'gantry restart' starts it now."
            : $"did not become ready {failures} times in a row and is not tried any more. Fix the cause, then deploy or run 'gantry restart'.");
        await ReplaceAsync(container, container.Crashes, failures, delay, token).ConfigureAwait(false);
        if (delay is null)
            await events.GaveUpAsync(container, token).ConfigureAwait(false);
    }

    private async Task CrashedAsync(Container container, CancellationToken token)
    {
        var uptime = (container.StoppedAt ?? time.GetUtcNow()) - (container.StartedAt ?? container.CreatedAt);
        var decision = CrashPolicy.Next(container.Crashes, uptime);
        if (decision.Delay is not { } delay)
            Say(container, $"crashed {decision.Crashes} times in a row and is not restarted any more. Fix the cause, then deploy or run 'gantry restart'.");
        else if (delay > TimeSpan.Zero)
            Say(container, $"crashed {decision.Crashes} times in a row; it starts again in {delay.TotalMinutes:0} minutes. 'gantry restart' starts it now.");
        await ReplaceAsync(container, decision.Crashes, Attempts(container), decision.Delay, token).ConfigureAwait(false);
        await events.CrashAsync(container, decision, token).ConfigureAwait(false);
    }

    /// <summary>A container that became ready ends the row of failed boots.</summary>
    private static int Attempts(Container container) => container.ReadyAt is null ? container.BootAttempts : 0;

    /// <summary>
    /// Takes the slot and its place over: what ran before a crash or a reboot need not find room again. Without a delay the new
    /// record waits for ever, which keeps the slot and its counters, and gives the place back.
    /// </summary>
    private async Task ReplaceAsync(Container old, int crashes, int bootAttempts, TimeSpan? delay, CancellationToken token)
    {
        var now = time.GetUtcNow();
        var keepsPlace = delay is not null && old.Host is { } host && sessions.PresenceOf(host) == HostPresence.Ready;
        var replacement = old.Successor(NewId.Container(), now) with
        {
            Crashes = crashes,
            BootAttempts = bootAttempts,
            NotBefore = delay is null ? DateTimeOffset.MaxValue : now + delay,
            Host = keepsPlace ? old.Host : null,
            PlacedAt = keepsPlace ? old.PlacedAt : null,
            Placement = keepsPlace ? old.Placement : null,
        };
        if (keepsPlace && await LeaveDrainedAsync(replacement, token).ConfigureAwait(false) is { } elsewhere)
            (replacement, keepsPlace) = (elsewhere, false);
        await AddAsync(replacement, token).ConfigureAwait(false);
        if (keepsPlace)
            placer.HandOver(old.Id, replacement.Id);
    }

    private async Task AddAsync(Container replacement, CancellationToken token)
    {
        try
        {
            await containers.AddAsync([replacement], token).ConfigureAwait(false);
            placer.Recorded(replacement.Id);
        }
        catch (StoreException)
        {
            placer.Release(replacement.Id);
            throw;
        }
    }

    /// <returns>The container with a place elsewhere; null when its host is not drained, or no other one has room.</returns>
    private async Task<Container?> LeaveDrainedAsync(Container container, CancellationToken token)
    {
        if (await hosts.FindAsync(container.Host!.Value, token).ConfigureAwait(false) is not { Drain: not null }
            || await apps.FindByIdAsync(container.AppId, token).ConfigureAwait(false) is not { } app)
            return null;
        var found = await placer.PlaceMoveAsync(container, app, null, token).ConfigureAwait(false);
        return found.IsSuccess ? container with { Host = found.Value.Host, PlacedAt = container.CreatedAt, Placement = found.Value.Explanation } : null;
    }

    private void Tell(Container container)
    {
        var code = container.ExitCode?.ToString(CultureInfo.InvariantCulture) ?? "unknown";
        if (container.StartedAt is null)
            Say(container, $"could not start: {container.ExitReason}");
        else if (container.ExitReason is { } reason)
            Say(container, $"stopped (exit code {code}): {reason}");
        else if (container.Wanted && !container.IsOneOff)
            Say(container, $"exited by itself with code {code}");
    }

    private void Say(Container container, string text) =>
        log.Append(container.AppId, container.Label, $"[gantry] {container.Label} {text}");
}
