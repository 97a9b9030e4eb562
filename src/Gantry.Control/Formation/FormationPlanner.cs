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
        var serving = snapshot.Live.Where(c => !c.IsOneOff && c.Wanted && c.DeploymentId == app.CurrentDeploymentId).ToList();
        var stale = snapshot.Live.Where(c => c.Wanted && IsStale(snapshot, c));
        if (app.DeletedAt is not null || app.CurrentDeploymentId is null)
            return new FormationPlan([], [.. stale], true, null, AppStatus.New);

        var slots = Slots(snapshot.Formation).ToList();
        var create = slots.Where(s => NeedsContainer(s, serving, snapshot.Operation)).ToList();
        var release = serving.Where(c => !IsNeeded(c, slots, serving)).Concat(stale).ToList();
        var failed = slots.Select(s => Newest(s, serving)).FirstOrDefault(c => c is { StartedAt: null } && (c.WaitsForRoom || c.NotBefore > c.CreatedAt));
        var ready = create.Count == 0 && slots.All(s => Newest(s, serving)?.State == ContainerState.Running);
        var error = failed is null ? null : Explain(failed);
        return new FormationPlan(create, release, ready || failed is not null, error, Status(snapshot, slots, serving, ready));
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

    private static bool NeedsContainer(SlotPlan slot, List<Container> serving, Operation? operation)
    {
        var newest = Newest(slot, serving);
        return newest is null || newest.Size != slot.Size || IsRestartDue(newest, operation);
    }

    private static bool IsRestartDue(Container container, Operation? operation) =>
        operation is { Type: OperationType.Restart } && container.CreatedAt < operation.CreatedAt
        && (operation.Scope.Count == 0 || operation.Scope.Contains(container.Label) || operation.Scope.Contains(container.Type));

    /// <summary>The newest container of a slot is needed; an older one until the newest is ready.</summary>
    private static bool IsNeeded(Container container, List<SlotPlan> slots, List<Container> serving)
    {
        var slot = slots.Find(s => s.Type == container.Type && s.Index == container.Index);
        if (slot is null)
            return false;
        var newest = Newest(slot, serving)!;
        return newest.Id == container.Id
            || (newest.State != ContainerState.Running && container.State == ContainerState.Running && !serving.Exists(c => IsBetter(c, container)));
    }

    private static bool IsBetter(Container other, Container container) =>
        other.Type == container.Type && other.Index == container.Index && other.State == ContainerState.Running && Claims.IsNewer(other, container);

    private static bool IsIn(SlotPlan slot, Container container) => container.Type == slot.Type && container.Index == slot.Index;

    private static Container? Newest(SlotPlan slot, List<Container> serving) => Claims.Newest(serving.Where(c => IsIn(slot, c)));

    private static AppStatus Status(AppSnapshot snapshot, List<SlotPlan> slots, List<Container> serving, bool ready)
    {
        if (slots.Count == 0)
            return AppStatus.Stopped;
        if (slots.Exists(s => Newest(s, serving)?.NotBefore == DateTimeOffset.MaxValue && !serving.Exists(c => IsIn(s, c) && c.State == ContainerState.Running)))
            return AppStatus.Crashed;
        if (ready)
            return AppStatus.Running;
        return snapshot.Operation?.Type switch
        {
            OperationType.Scale => AppStatus.Scaling,
            OperationType.Restart => AppStatus.Restarting,
            _ => serving.Exists(c => c.State == ContainerState.Running) ? AppStatus.Running : AppStatus.Booting,
        };
    }
}
