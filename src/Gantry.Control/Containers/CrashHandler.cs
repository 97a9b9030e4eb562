using System.Globalization;
using Gantry.Agent.Logs;
using Gantry.Agent.Runtime;
using Gantry.Bus;
using Gantry.Control.Formation;
using Gantry.Control.Hosts;
using Gantry.Control.Hosts.Remote;
using Gantry.Control.Work;
using Gantry.Domain.Apps;
using Gantry.Domain.Containers;
using Gantry.Store.Records;

namespace Gantry.Control.Containers;

/// <summary>Decides what follows the end of a container, and tells the tenant.</summary>
internal sealed class CrashHandler(
    IAppStore apps, IContainerStore containers, IHostStore hosts, EventRecorder events, IAppLog log, ContainerPlacer placer, HostSessions sessions, IBus bus,
    TimeProvider time)
{
    public const string HostRestarted = ContainerStatus.HostRestarted;
    public const string HostLost = "Its host stopped answering.";

    /// <summary>True when the end was no fault of the app.</summary>
    public static bool IsHosts(string? reason) => reason is HostRestarted or HostLost;

    /// <summary>Notes the end and, in the same write, what takes the slot over. Repeatable; killed after the write, it is not told any more.</summary>
    public async Task EndAsync(Container container, Func<Container, Container> end, CancellationToken token)
    {
        var sequel = await SequelAsync(end(container), token).ConfigureAwait(false);
        if (await WriteAsync(container, end, sequel.Next, token).ConfigureAwait(false) is not { } ended)
            return;
        Tell(ended);
        // Stopped by somebody while it ended by itself: nothing follows, and nobody is alarmed.
        if (!ended.Wanted)
            return;
        if (sequel.Said is { } said)
            Say(ended, said);
        await (sequel.Event?.Invoke(ended) ?? Task.CompletedTask).ConfigureAwait(false);
    }

    private async Task<Sequel> SequelAsync(Container ended, CancellationToken token)
    {
        if (!ended.Wanted || ended.IsOneOff)
            return new Sequel(null);
        var app = await apps.FindByIdAsync(ended.AppId, token).ConfigureAwait(false);
        if (app is null || app.DeletedAt is not null || app.CurrentDeploymentId != ended.DeploymentId)
            return new Sequel(null);
        var claims = (await containers.ListLiveAsync(ended.AppId, token).ConfigureAwait(false)).Where(c => c.Wanted && Claims.IsSame(c, ended)).ToList();
        // Of a move one ended and the other is there.
        if (ended is { Replaces: { } moving, ReadyAt: null } && claims.Exists(c => c.Id == moving))
            return new Sequel(null, "did not become ready on another host, so it serves on where it is");
        // A move or a restart has brought what takes over.
        if (claims.Exists(c => Claims.IsNewer(c, ended)))
            return new Sequel(null);
        if (ended.BootFailed)
            return await BootFailedAsync(ended, app, token).ConfigureAwait(false);
        return IsHosts(ended.ExitReason)
            ? new Sequel(await NextAsync(ended, app, ended.Crashes, Attempts(ended), TimeSpan.Zero, token).ConfigureAwait(false))
            : await CrashedAsync(ended, app, token).ConfigureAwait(false);
    }

    private async Task<Sequel> BootFailedAsync(Container ended, App app, CancellationToken token)
    {
        var failures = ended.BootAttempts + 1;
        var delay = BootPolicy.Delay(failures);
        var next = await NextAsync(ended, app, ended.Crashes, failures, delay, token).ConfigureAwait(false);
        return delay is { } wait
            ? new Sequel(next, $"is tried again in {wait.TotalSeconds:0} s (retry {failures} of {BootPolicy.Retries}). 'gantry restart' starts it now.")
            : new Sequel(
                next, $"did not become ready {failures} times in a row and is not tried any more. Fix the cause, then deploy or run 'gantry restart'.",
                c => events.GaveUpAsync(c, token));
    }

    private async Task<Sequel> CrashedAsync(Container ended, App app, CancellationToken token)
    {
        var uptime = (ended.StoppedAt ?? time.GetUtcNow()) - (ended.StartedAt ?? ended.CreatedAt);
        var decision = CrashPolicy.Next(ended.Crashes, uptime);
        var next = await NextAsync(ended, app, decision.Crashes, Attempts(ended), decision.Delay, token).ConfigureAwait(false);
        return new Sequel(next, Explain(decision), c => events.CrashAsync(c, decision, token));
    }

    private static string? Explain(CrashDecision decision) => decision.Delay switch
    {
        null => $"crashed {decision.Crashes} times in a row and is not restarted any more. Fix the cause, then deploy or run 'gantry restart'.",
        { } delay when delay > TimeSpan.Zero => $"crashed {decision.Crashes} times in a row; it starts again in {delay.TotalMinutes:0} minutes. 'gantry restart' starts it now.",
        _ => null,
    };

    /// <summary>A container that became ready ends the row of failed boots.</summary>
    private static int Attempts(Container container) => container.ReadyAt is null ? container.BootAttempts : 0;

    /// <summary>
    /// Takes the slot and its place over: what ran before a crash or a reboot need not find room again. Without a delay the new
    /// record waits for ever, which keeps the slot and its counters, and gives the place back.
    /// </summary>
    private async Task<Container> NextAsync(Container ended, App app, int crashes, int bootAttempts, TimeSpan? delay, CancellationToken token)
    {
        var now = time.GetUtcNow();
        var keepsPlace = delay is not null && ended.Host is { } host && sessions.PresenceOf(host) == HostPresence.Ready;
        var next = ended.Successor(NewId.Container(), now) with
        {
            Crashes = crashes,
            BootAttempts = bootAttempts,
            NotBefore = delay is null ? DateTimeOffset.MaxValue : now + delay,
            Host = keepsPlace ? ended.Host : null,
            PlacedAt = keepsPlace ? ended.PlacedAt : null,
            Placement = keepsPlace ? ended.Placement : null,
        };
        return keepsPlace && await LeaveDrainedAsync(next, app, token).ConfigureAwait(false) is { } elsewhere ? elsewhere : next;
    }

    private async Task<Container?> WriteAsync(Container container, Func<Container, Container> end, Container? next, CancellationToken token)
    {
        if (next is null)
            return await containers.UpdateAsync(container.Id, end, token).ConfigureAwait(false);
        var isAdded = false;
        try
        {
            var ended = await containers.ReplaceAsync(container.Id, end, next, token).ConfigureAwait(false);
            isAdded = ended is { Wanted: true };
            if (isAdded && next.Host is not null && next.Host == container.Host)
                placer.HandOver(container.Id, next.Id);
            else if (isAdded)
                placer.Recorded(next.Id);
            if (isAdded)
                bus.Publish(new ContainerChanged(next.Id));
            return ended;
        }
        finally
        {
            if (!isAdded)
                placer.Release(next.Id);
        }
    }

    /// <returns>The container with a place elsewhere; null when its host is not drained, or no other one has room.</returns>
    private async Task<Container?> LeaveDrainedAsync(Container container, App app, CancellationToken token)
    {
        if (await hosts.FindAsync(container.Host!.Value, token).ConfigureAwait(false) is not { Drain: not null })
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

    /// <summary>What follows an end: what takes the slot over, what the tenant is told of it, and the event for the timeline.</summary>
    private sealed record Sequel(Container? Next, string? Said = null, Func<Container, Task>? Event = null);
}
