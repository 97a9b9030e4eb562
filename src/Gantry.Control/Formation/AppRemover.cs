using Gantry.Agent.Logs;
using Gantry.Bus;
using Gantry.Build;
using Gantry.Domain.Apps;
using Gantry.Domain.Deployments;
using Gantry.Store.Records;

namespace Gantry.Control.Formation;

/// <summary>Something that keeps data of an app and forgets it when the app is deleted (git repositories).</summary>
public interface IAppDataOwner
{
    Task RemoveAsync(Domain.AppId app, CancellationToken token);
}

/// <summary>Removes what a deleted app leaves behind, and its record last.</summary>
internal sealed class AppRemover(
    IAppStore apps, IDeploymentStore deployments, IBuilder builder, IAppLog log, IEnumerable<IAppDataOwner> owners, IBus bus)
{
    /// <returns>False while a deployment of the app has not ended yet.</returns>
    public async Task<bool> TryRemoveAsync(App app, CancellationToken token)
    {
        var unfinished = await deployments.ListUnfinishedAsync(token).ConfigureAwait(false);
        var own = unfinished.Where(d => d.AppId == app.Id).ToList();
        foreach (var deployment in own.Where(d => !d.AbortRequested))
        {
            await deployments.UpdateAsync(deployment.Id, d => d with { AbortRequested = true }, token).ConfigureAwait(false);
            bus.Publish(new DeploymentChanged(app.Id, deployment.Id, DeploymentStatus.Aborted));
        }

        if (own.Count > 0)
            return false;
        await builder.DeleteCacheAsync(app.Id, token).ConfigureAwait(false);
        await log.RemoveAsync(app.Id, token).ConfigureAwait(false);
        foreach (var owner in owners)
            await owner.RemoveAsync(app.Id, token).ConfigureAwait(false);
        await apps.RemoveAsync(app.Id, token).ConfigureAwait(false);
        return true;
    }
}
