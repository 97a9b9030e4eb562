using Gantry.Domain;
using Gantry.Domain.Apps;
using Gantry.Domain.Containers;
using Gantry.Domain.Operations;

namespace Gantry.Control.Formation;

/// <summary>What one app looks like at one moment.</summary>
/// <param name="Live">Its containers that have not stopped, of all releases, one-offs included.</param>
/// <param name="RollingOut">The deployment whose containers are being brought up and are left alone, or null.</param>
/// <param name="Operation">The unfinished scale or restart, or null.</param>
internal sealed record AppSnapshot(
    App App, IReadOnlyList<ProcessFormation> Formation, IReadOnlyList<Container> Live, DeploymentId? RollingOut, Operation? Operation);

/// <summary>A container that should be there.</summary>
internal sealed record SlotPlan(string Type, int Index, string Size, string Command);

/// <summary>What to change, and whether the operation is finished.</summary>
internal sealed record FormationPlan(
    IReadOnlyList<SlotPlan> Create, IReadOnlyList<Container> Release, bool OperationDone, string? OperationError, AppStatus Status);

/// <summary>
/// Compares what is wanted of an app with what is there. Pure: the same snapshot gives the same plan, and applying a
/// plan twice changes nothing more.
/// </summary>
internal static class FormationPlanner
{
    public static FormationPlan Plan(AppSnapshot snapshot)
    {
        var app = snapshot.App;
        var serving = snapshot.Live.Where(c => IsServing(app, c)).ToLookup(c => (c.Type, c.Index));
        var stale = snapshot.Live.Where(c => c.Wanted && IsStale(snapshot, c));
        if (app.DeletedAt is not null || app.CurrentDeploymentId is null)
            return new FormationPlan([], [.. stale], true, null, AppStatus.New);

        var slots = Slots(snapshot.Formation).Select(s => (Plan: s, Claims: serving[(s.Type, s.Index)].ToList())).ToList();
        var create = slots.Where(s => NeedsContainer(s.Plan, Claims.Newest(s.Claims), snapshot.Operation)).Select(s => s.Plan).ToList();
        var needed = slots.SelectMany(s => s.Claims.Where(c => IsNeeded(c, s.Claims))).Select(c => c.Id).ToHashSet();
        var release = serving.SelectMany(s => s).Where(c => !needed.Contains(c.Id)).Concat(stale).ToList();
        var newest = slots.Select(s => Claims.Newest(s.Claims)).ToList();
        var failed = newest.Find(c => c is { StartedAt: null } && (c.WaitsForRoom || c.NotBefore > c.CreatedAt));
        var ready = create.Count == 0 && newest.TrueForAll(c => c?.State == ContainerState.Running);
        var error = failed is null ? null : Explain(failed);
        return new FormationPlan(create, release, ready || failed is not null, error, Status(snapshot, [.. slots.Select(s => s.Claims)], ready));
    }

    private static string Explain(Container failed) => failed.WaitsForRoom
        ? $"{failed.Label} has no place yet: {failed.Placement}. It starts as soon as there is room."
        : $"{failed.Label} does not {(failed.BootAttempts > 0 ? "become ready" : "stay up")}. See its log.";

    private static IEnumerable<SlotPlan> Slots(IReadOnlyList<ProcessFormation> formation) =>
        from process in formation
        from index in Enumerable.Range(1, Math.Max(0, process.Amount))
        select new SlotPlan(process.Type, index, process.Size, process.Command);

    private static bool IsStale(AppSnapshot snapshot, Container container)
    {
        if (snapshot.App.DeletedAt is not null)
            return true;
        if (container.Type == ProcessTypes.Postdeploy)
            return container.DeploymentId != snapshot.RollingOut;
        return !container.IsOneOff && container.DeploymentId != snapshot.App.CurrentDeploymentId && container.DeploymentId != snapshot.RollingOut;
    }

    private static bool NeedsContainer(SlotPlan slot, Container? newest, Operation? operation) =>
        newest is null || newest.Size != slot.Size || IsRestartDue(newest, operation);

    private static bool IsRestartDue(Container container, Operation? operation) =>
        operation is { Type: OperationType.Restart } && container.CreatedAt < operation.CreatedAt
        && (operation.Scope.Count == 0 || operation.Scope.Contains(container.Label) || operation.Scope.Contains(container.Type));

    /// <summary>The newest container of a slot is needed; an older one until the newest is ready.</summary>
    private static bool IsNeeded(Container container, List<Container> claims)
    {
        var newest = Claims.Newest(claims)!;
        return newest.Id == container.Id
            || (newest.State != ContainerState.Running && container.State == ContainerState.Running
                && !claims.Exists(c => c.State == ContainerState.Running && Claims.IsNewer(c, container)));
    }

    private static AppStatus Status(AppSnapshot snapshot, List<List<Container>> slots, bool ready)
    {
        if (slots.Count == 0)
            return AppStatus.Stopped;
        if (slots.Exists(s => Claims.Newest(s)?.NotBefore == DateTimeOffset.MaxValue && !s.Exists(c => c.State == ContainerState.Running)))
            return AppStatus.Crashed;
        if (ready)
            return AppStatus.Running;
        return snapshot.Operation?.Type switch
        {
            OperationType.Scale => AppStatus.Scaling,
            OperationType.Restart => AppStatus.Restarting,
            _ => snapshot.Live.Any(c => IsServing(snapshot.App, c) && c.State == ContainerState.Running) ? AppStatus.Running : AppStatus.Booting,
        };
    }

    private static bool IsServing(App app, Container container) => !container.IsOneOff && container.Wanted && container.DeploymentId == app.CurrentDeploymentId;
}
