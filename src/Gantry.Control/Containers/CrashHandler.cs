using System.Globalization;
using Gantry.Agent.Logs;
using Gantry.Agent.Runtime;
using Gantry.Control.Work;
using Gantry.Domain.Containers;
using Gantry.Store.Records;

namespace Gantry.Control.Containers;

/// <summary>Decides what follows the end of a container, and tells the tenant.</summary>
internal sealed class CrashHandler(IAppStore apps, IContainerStore containers, EventRecorder events, IAppLog log, TimeProvider time)
{
    public const string HostRestarted = "The host was restarted.";

    public async Task HandleEndAsync(Container container, ContainerStatus status, CancellationToken token)
    {
        Tell(container, status);
        if (!container.Wanted || container.IsOneOff)
            return;
        var app = await apps.FindByIdAsync(container.AppId, token).ConfigureAwait(false);
        if (app is null || app.DeletedAt is not null || app.CurrentDeploymentId != container.DeploymentId)
            return;
        if (status.ExitReason == HostRestarted)
            await ReplaceAsync(container, container.Crashes, TimeSpan.Zero, token).ConfigureAwait(false);
        else
            await CrashedAsync(container, status, token).ConfigureAwait(false);
    }

    private async Task CrashedAsync(Container container, ContainerStatus status, CancellationToken token)
    {
        var uptime = (status.ExitedAt ?? time.GetUtcNow()) - (container.StartedAt ?? container.CreatedAt);
        var decision = CrashPolicy.Next(container.Crashes, uptime);
        if (decision.Delay is not { } delay)
            Say(container, $"crashed {decision.Crashes} times in a row and is not restarted any more. Fix the cause, then deploy or run 'gantry restart'.");
        else if (delay > TimeSpan.Zero)
            Say(container, $"crashed {decision.Crashes} times in a row; it starts again in {delay.TotalMinutes:0} minutes. 'gantry restart' starts it now.");
        await ReplaceAsync(container, decision.Crashes, decision.Delay, token).ConfigureAwait(false);
        await events.CrashAsync(container, decision, token).ConfigureAwait(false);
    }

    /// <summary>Takes the slot over; without a delay the new record waits for ever, which keeps the slot and its counter.</summary>
    private Task ReplaceAsync(Container old, int crashes, TimeSpan? delay, CancellationToken token)
    {
        var now = time.GetUtcNow();
        var replacement = new Container
        {
            Id = NewId.Container(),
            AppId = old.AppId,
            DeploymentId = old.DeploymentId,
            ImageId = old.ImageId,
            Type = old.Type,
            Index = old.Index,
            Size = old.Size,
            Command = old.Command,
            Crashes = crashes,
            NotBefore = delay is null ? DateTimeOffset.MaxValue : now + delay,
            CreatedAt = now,
        };
        return containers.AddAsync([replacement], token);
    }

    private void Tell(Container container, ContainerStatus status)
    {
        var reason = container.ExitReason ?? status.ExitReason;
        var code = status.ExitCode?.ToString(CultureInfo.InvariantCulture) ?? "unknown";
        if (reason is not null)
            Say(container, $"stopped (exit code {code}): {reason}");
        else if (container.Wanted && !container.IsOneOff)
            Say(container, $"exited by itself with code {code}");
    }

    private void Say(Container container, string text) =>
        log.Append(container.AppId, container.Label, $"[gantry] {container.Label} {text}");
}
