namespace Gantry.Domain.Deployments;

/// <summary>Status of a deployment. Persisted by name.</summary>
public enum DeploymentStatus
{
    Queued, Building, Pushing, Starting, Success,
    BuildError, CrashedError, TimeoutError, HookError, Aborted,
}

/// <summary>Order and wire names of <see cref="DeploymentStatus"/>.</summary>
public static class DeploymentStatuses
{
    public static bool IsFinished(this DeploymentStatus status) => status >= DeploymentStatus.Success;

    /// <summary>A finished deployment never changes; an unfinished one moves forward or fails.</summary>
    public static bool CanBecome(this DeploymentStatus from, DeploymentStatus to) => !from.IsFinished() && to > from;

    /// <summary>The name in the v1 API, such as <c>build-error</c>.</summary>
    public static string ToWire(this DeploymentStatus status) => status switch
    {
        DeploymentStatus.BuildError => "build-error",
        DeploymentStatus.CrashedError => "crashed-error",
        DeploymentStatus.TimeoutError => "timeout-error",
        DeploymentStatus.HookError => "hook-error",
        _ => status.ToString().ToLowerInvariant(),
    };
}
