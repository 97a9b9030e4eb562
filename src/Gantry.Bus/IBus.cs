using Gantry.Domain;
using Gantry.Domain.Deployments;

namespace Gantry.Bus;

/// <summary>
/// Notifications between rooms. A notification only says that something changed: whoever needs the truth reads it
/// from its store, so a lost or repeated notification does no harm.
/// </summary>
public interface IBus
{
    /// <summary>Never blocks; a subscriber that lags is told so by <see cref="Missed"/>.</summary>
    void Publish(Notification notification);

    /// <summary>What is published from now on until the token is cancelled.</summary>
    /// <remarks>The subscription is in place when this method returns, before the first <c>MoveNextAsync</c>. Cancelling the token ends the sequence without an exception.</remarks>
    IAsyncEnumerable<Notification> Subscribe(CancellationToken token);
}

/// <summary>Something changed.</summary>
public abstract record Notification;

/// <summary>The desired state of an app changed, or it has work to do.</summary>
public sealed record AppChanged(AppId AppId) : Notification;

/// <summary>A deployment was queued, changed its status or was asked to abort.</summary>
public sealed record DeploymentChanged(AppId AppId, DeploymentId DeploymentId, DeploymentStatus Status) : Notification;

/// <summary>Output was appended to a deployment.</summary>
public sealed record DeploymentOutput(AppId AppId, DeploymentId DeploymentId) : Notification;

/// <summary>A container changed its state on its host.</summary>
public sealed record ContainerChanged(ContainerId ContainerId) : Notification;

/// <summary>Read the stores again: this subscriber was too slow, or the way of notifications is closed.</summary>
/// <param name="Count">Of notifications that are lost; 0: they are late, or there are none.</param>
public sealed record Missed(long Count) : Notification;
