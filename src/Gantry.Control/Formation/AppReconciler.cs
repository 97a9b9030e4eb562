using Gantry.Bus;
using Gantry.Control.Work;
using Gantry.Domain;
using Gantry.Domain.Apps;
using Gantry.Domain.Containers;
using Gantry.Domain.Deployments;
using Gantry.Domain.Operations;
using Gantry.Store.Records;

namespace Gantry.Control.Formation;

/// <summary>One step for one app: compares, changes the container records, finishes its operation.</summary>
internal sealed class AppReconciler(
    IAppStore apps, IContainerStore containers, IDeploymentStore deployments, AppRemover remover, IBus bus, TimeProvider time)
{
    public async Task<TimeSpan?> ReconcileAsync(AppId id, CancellationToken token)
    {
        if (await SnapshotAsync(id, token).ConfigureAwait(false) is not { } snapshot)
            return null;
        var app = snapshot.App;
        var plan = FormationPlanner.Plan(snapshot);
        await ApplyAsync(app, plan, token).ConfigureAwait(false);
        if (snapshot.Operation is { } operation && plan.OperationDone)
            await FinishAsync(operation, plan.OperationError, token).ConfigureAwait(false);
        if (plan.Status != app.Status && app.DeletedAt is null)
            await apps.UpdateAsync(id, a => a with { Status = plan.Status }, token).ConfigureAwait(false);
        if (app.DeletedAt is not null && snapshot.Live.Count == 0)
            return await remover.TryRemoveAsync(app, token).ConfigureAwait(false) ? null : TimeSpan.FromSeconds(1);
        return null;
    }

    /// <remarks>
    /// Read in the order in which a rollout writes: a release that is switched meanwhile is then seen as rolling out or
    /// as the current one, and never as neither, which would take its containers away.
    /// </remarks>
    private async Task<AppSnapshot?> SnapshotAsync(AppId id, CancellationToken token)
    {
        var live = await containers.ListLiveAsync(id, token).ConfigureAwait(false);
        var unfinished = await deployments.ListUnfinishedAsync(token).ConfigureAwait(false);
        var operations = await apps.ListUnfinishedOperationsAsync(token).ConfigureAwait(false);
        if (await apps.FindByIdAsync(id, token).ConfigureAwait(false) is not { } app)
            return null;
        return new AppSnapshot(
            app,
            await apps.GetFormationAsync(id, token).ConfigureAwait(false),
            live,
            unfinished.FirstOrDefault(d => d.AppId == app.Id && d.Status > DeploymentStatus.Queued)?.Id,
            operations.FirstOrDefault(o => o.AppId == app.Id && o.Type != OperationType.StartOneOff));
    }

    private async Task ApplyAsync(App app, FormationPlan plan, CancellationToken token)
    {
        if (plan.Create.Count > 0)
        {
            var added = plan.Create.Select(s => NewContainer(app, s)).ToList();
            await containers.AddAsync(added, token).ConfigureAwait(false);
            added.ForEach(c => bus.Publish(new ContainerChanged(c.Id)));
        }

        foreach (var container in plan.Release)
        {
            await containers.UpdateAsync(container.Id, c => c with { Wanted = false }, token).ConfigureAwait(false);
            bus.Publish(new ContainerChanged(container.Id));
        }
    }

    private Container NewContainer(App app, SlotPlan slot) => new()
    {
        Id = NewId.Container(),
        AppId = app.Id,
        DeploymentId = app.CurrentDeploymentId!.Value,
        ImageId = app.CurrentImageId!.Value,
        Type = slot.Type,
        Index = slot.Index,
        Size = slot.Size,
        Command = slot.Command,
        CreatedAt = time.GetUtcNow(),
    };

    private Task FinishAsync(Operation operation, string? error, CancellationToken token) =>
        apps.SetOperationStatusAsync(
            operation.Id, error is null ? OperationStatus.Done : OperationStatus.Error, error, time.GetUtcNow(), token);
}
