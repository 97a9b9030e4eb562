using Gantry.Bus;
using Gantry.Control.Containers;
using Gantry.Control.Routes;
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
    IAppStore apps, IContainerStore containers, LiveContainers all, IDeploymentStore deployments, AppRemover remover, OtherRouters routers, IBus bus, TimeProvider time)
{
    /// <summary>Of all apps those about which something may be to be done: by what is in memory, and by as many questions as for one. About most there is nothing.</summary>
    public async Task<IReadOnlyList<AppId>> ListDueAsync(CancellationToken token)
    {
        var live = (await all.ReadAsync(token).ConfigureAwait(false)).ToLookup(c => c.AppId);
        var unfinished = await deployments.ListUnfinishedAsync(token).ConfigureAwait(false);
        var operations = await apps.ListUnfinishedOperationsAsync(token).ConfigureAwait(false);
        var formations = await apps.ListFormationsAsync(token).ConfigureAwait(false);
        return [.. (await apps.ListAllAsync(token).ConfigureAwait(false)).Where(a => IsDue(Snapshot(a, [.. formations[a.Id]], [.. live[a.Id]], unfinished, operations))).Select(a => a.Id)];
    }

    /// <summary>Of all apps those that have an operation to finish: one question.</summary>
    public async Task<IReadOnlyList<AppId>> ListAwaitedAsync(CancellationToken token) =>
        [.. (await apps.ListUnfinishedOperationsAsync(token).ConfigureAwait(false)).Where(o => o.Type != OperationType.StartOneOff).Select(o => o.AppId).Distinct()];

    private static bool IsDue(AppSnapshot snapshot)
    {
        if (snapshot.App.DeletedAt is not null)
            return true;
        var plan = FormationPlanner.Plan(snapshot);
        return plan.Create.Count > 0 || plan.Release.Count > 0 || plan.Status != snapshot.App.Status || (snapshot.Operation is not null && plan.OperationDone);
    }

    public async Task<TimeSpan?> ReconcileAsync(AppId id, CancellationToken token)
    {
        // Each of its containers says of an app that it changed, and after most of that there is nothing to be done.
        if (await SnapshotAsync(id, all.ReadAsync, token).ConfigureAwait(false) is not { } seen || !IsDue(seen))
            return null;
        if (await SnapshotAsync(id, containers.ListLiveAsync, token).ConfigureAwait(false) is not { } snapshot)
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
    private async Task<AppSnapshot?> SnapshotAsync(AppId id, Func<AppId, CancellationToken, Task<IReadOnlyList<Container>>> listLive, CancellationToken token)
    {
        var live = await listLive(id, token).ConfigureAwait(false);
        var unfinished = await deployments.ListUnfinishedAsync(token).ConfigureAwait(false);
        var operations = await apps.ListUnfinishedOperationsAsync(token).ConfigureAwait(false);
        if (await apps.FindByIdAsync(id, token).ConfigureAwait(false) is not { } app)
            return null;
        return Snapshot(app, await apps.GetFormationAsync(id, token).ConfigureAwait(false), live, unfinished, operations);
    }

    private static AppSnapshot Snapshot(
        App app, IReadOnlyList<ProcessFormation> formation, IReadOnlyList<Container> live, IReadOnlyList<Deployment> unfinished, IReadOnlyList<Operation> operations) => new(
            app, formation, live, unfinished.FirstOrDefault(d => d.AppId == app.Id && d.Status > DeploymentStatus.Queued)?.Id,
            operations.FirstOrDefault(o => o.AppId == app.Id && o.Type != OperationType.StartOneOff));

    private async Task ApplyAsync(App app, FormationPlan plan, CancellationToken token)
    {
        if (plan.Create.Count > 0)
        {
            var added = plan.Create.Select(s => NewContainer(app, s)).ToList();
            await containers.AddAsync(added, token).ConfigureAwait(false);
            added.ForEach(c => bus.Publish(new ContainerChanged(c.Id)));
        }

        await Task.WhenAll(plan.Release.Select(async container =>
        {
            await containers.UpdateAsync(container.Id, c => c with { Wanted = false }, token).ConfigureAwait(false);
            bus.Publish(new ContainerChanged(container.Id));
        })).ConfigureAwait(false);
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

    /// <summary>Who is told that a restart is done has what it was for: nobody is answered by what ran before, once this is said.</summary>
    private async Task FinishAsync(Operation operation, string? error, CancellationToken token)
    {
        await routers.SettleAsync(operation.AppId, token).ConfigureAwait(false);
        await apps.SetOperationStatusAsync(
            operation.Id, error is null ? OperationStatus.Done : OperationStatus.Error, error, time.GetUtcNow(), token).ConfigureAwait(false);
    }
}
