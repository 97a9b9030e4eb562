using Gantry.Domain.Deployments;

namespace Gantry.Control.Deployments;

/// <summary>Ends a deployment with a status and a sentence; caught by <see cref="DeploymentRun"/> only.</summary>
internal sealed class DeploymentFailure(DeploymentStatus status, string reason) : Exception(reason)
{
    public DeploymentStatus Status { get; } = status;
}
