using Gantry.Agent.Runtime;
using Gantry.Build;
using Gantry.Bus;
using Gantry.Control.Hosts.Remote;
using Gantry.Domain;
using Gantry.Domain.Apps;
using Gantry.Domain.Deployments;
using Gantry.Domain.Images;
using Gantry.Store.Records;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using System.Globalization;

namespace Gantry.Control.Deployments;

/// <summary>Takes one deployment from where it is to its end. May be started again at any status.</summary>
internal sealed partial class DeploymentRun(
    IAppStore apps, IDeploymentStore deployments, BuildStep build, RolloutStep rollout, BuildSlots slots, Prefetches prefetches, EventRecorder events, IBus bus,
    TimeProvider time, IOptions<ControlOptions> options, ILogger<DeploymentRun> logger)
{
    /// <param name="abort">Cancelled when the deployment is to be aborted.</param>
    /// <param name="stopping">Cancelled when the process stops: the deployment goes on at the next start.</param>
    public async Task RunAsync(Deployment deployment, CancellationToken abort, CancellationToken stopping)
    {
        var log = new DeploymentLog(deployment, deployments, bus);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(abort, stopping);
        try
        {
            await ProceedAsync(deployment, log, both.Token).ConfigureAwait(false);
        }
        catch (Exception) when (stopping.IsCancellationRequested)
        {
            // The record says how far it came; the next process or term takes it from there.
        }
        catch (OperationCanceledException) when (abort.IsCancellationRequested)
        {
            await EndAsync(deployment, log, DeploymentStatus.Aborted, "The deployment was aborted.").ConfigureAwait(false);
        }
        catch (DeploymentFailure failure)
        {
            await EndAsync(deployment, log, failure.Status, failure.Message).ConfigureAwait(false);
        }
        catch (StoreException e) when (e.IsTransient)
        {
            // No fault of the tenant's, and it passes: as after a restart of this process, the deployment goes on.
            throw;
        }
#pragma warning disable CA1031 // Whatever goes wrong ends this deployment with a word to the tenant, and no other one.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Log.Failed(logger, deployment.Id.Value, e);
            var cause = e is RuntimeException or BuildException or StoreException or IOException ? e.Message : "An internal error; the operator finds it in gantryd's log.";
            await EndAsync(deployment, log, DeploymentStatus.BuildError, $"The platform could not finish this deployment: {cause}").ConfigureAwait(false);
        }
    }

    private async Task ProceedAsync(Deployment deployment, DeploymentLog log, CancellationToken token)
    {
        var app = await apps.FindByIdAsync(deployment.AppId, token).ConfigureAwait(false);
        if (app is null || app.DeletedAt is not null)
            throw new OperationCanceledException(token);
        if (deployment.Status != DeploymentStatus.Queued)
            await log.StepAsync("The platform was restarted; this deployment goes on", token).ConfigureAwait(false);
        var image = await ExistingImageAsync(deployment, token).ConfigureAwait(false)
            ?? await BuildAsync(app, deployment, log, token).ConfigureAwait(false);
        await AdvanceAsync(deployment, d => d with
        {
            Status = DeploymentStatus.Starting,
            ImageId = image.Id,
            ImageSize = image.LayerBytes,
            StartedAt = d.StartedAt ?? time.GetUtcNow(),
            PostdeployHook = image.ProcessTypes.GetValueOrDefault("postdeploy", ""),
        }).ConfigureAwait(false);
        prefetches.Begin(app, image);
        await rollout.RunAsync(app, deployment, image, log, token).ConfigureAwait(false);
        var url = string.Format(CultureInfo.InvariantCulture, options.Value.UrlFormat, app.Name);
        await log.StepAsync($"{app.Name} is deployed: {url}", token).ConfigureAwait(false);
        await EndAsync(deployment, log, DeploymentStatus.Success, null).ConfigureAwait(false);
    }

    private async Task<Image?> ExistingImageAsync(Deployment deployment, CancellationToken token)
    {
        if (deployment.Source.Kind == SourceKind.Image)
            return await deployments.FindImageAsync(new ImageId(deployment.Source.Value), token).ConfigureAwait(false)
                ?? throw new DeploymentFailure(DeploymentStatus.BuildError, "The image of that release was collected already. Deploy its source again.");
        return deployment.ImageId is { } id ? await deployments.FindImageAsync(id, token).ConfigureAwait(false) : null;
    }

    private async Task<Image> BuildAsync(App app, Deployment deployment, DeploymentLog log, CancellationToken token)
    {
        using var slot = await slots.TakeAsync(log, token).ConfigureAwait(false);
        await AdvanceAsync(deployment, d => d with { Status = DeploymentStatus.Building, StartedAt = d.StartedAt ?? time.GetUtcNow() }).ConfigureAwait(false);
        return await build.RunAsync(
            app, deployment, log, () => AdvanceAsync(deployment, d => d with { Status = DeploymentStatus.Pushing }), token).ConfigureAwait(false);
    }

    private async Task EndAsync(Deployment deployment, DeploymentLog log, DeploymentStatus status, string? reason)
    {
        if (reason is not null)
            await log.LineAsync($" !     {reason}", CancellationToken.None).ConfigureAwait(false);
        var ended = await AdvanceAsync(deployment, d => d with { Status = status, FailureReason = reason, FinishedAt = time.GetUtcNow() }).ConfigureAwait(false);
        bus.Publish(new AppChanged(deployment.AppId));
        if (ended is not null)
            await events.DeploymentAsync(ended, CancellationToken.None).ConfigureAwait(false);
    }

    private async Task<Deployment?> AdvanceAsync(Deployment deployment, Func<Deployment, Deployment> change)
    {
        var now = await deployments.UpdateAsync(deployment.Id, change, CancellationToken.None).ConfigureAwait(false);
        if (now is not null)
            bus.Publish(new DeploymentChanged(now.AppId, now.Id, now.Status));
        return now;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Deployment {Deployment} failed")]
        public static partial void Failed(ILogger logger, string deployment, Exception e);
    }
}
