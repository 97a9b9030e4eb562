using Gantry.Domain;
using Gantry.Domain.Containers;

namespace Gantry.Store.Records;

/// <summary>Containers, wanted and observed.</summary>
/// <remarks>
/// The extra environment is kept as it was added. It is opened where it is read: a damaged one throws a
/// <see cref="StoreException"/> there, and leaves lists and updates alone.
/// </remarks>
public interface IContainerStore
{
    Task AddAsync(IReadOnlyList<Container> containers, CancellationToken token);

    Task<Container?> FindAsync(ContainerId id, CancellationToken token);

    /// <summary>Those not yet stopped, of all apps.</summary>
    Task<IReadOnlyList<Container>> ListLiveAsync(CancellationToken token);

    /// <summary>Those not yet stopped, of one app.</summary>
    Task<IReadOnlyList<Container>> ListLiveAsync(AppId app, CancellationToken token);

    /// <summary>Those not yet stopped, of these apps.</summary>
    Task<IReadOnlyList<Container>> ListLiveAsync(IReadOnlyCollection<AppId> apps, CancellationToken token);

    /// <summary>Those not yet stopped that have their place on one host, and those that have none yet.</summary>
    Task<IReadOnlyList<Container>> ListLiveAsync(HostId host, CancellationToken token);

    /// <summary>Those not yet stopped that do not simply run as they are wanted: they start, end, or are to end.</summary>
    Task<IReadOnlyList<Container>> ListUnsettledAsync(CancellationToken token);

    /// <summary>Those of these that there are, stopped ones included until they are pruned.</summary>
    Task<IReadOnlyList<Container>> ListAsync(IReadOnlyCollection<ContainerId> ids, CancellationToken token);

    /// <summary>All of one deployment, stopped ones included until they are pruned, oldest first.</summary>
    Task<IReadOnlyList<Container>> ListByDeploymentAsync(AppId app, DeploymentId deployment, CancellationToken token);

    /// <summary>Reads, changes and writes in one transaction; a state that would move back is dropped.</summary>
    Task<Container?> UpdateAsync(ContainerId id, Func<Container, Container> change, CancellationToken token);

    /// <summary>
    /// Likewise, and says in the same transaction that the routes of its app changed, as <see cref="IRouterStore.AddChangeAsync"/> does: who is killed
    /// behind the one, or never learns whether it was written, could not say the other.
    /// </summary>
    Task<Container?> UpdateRouteAsync(ContainerId id, Func<Container, Container> change, CancellationToken token);

    /// <summary>Notes the end of a container and adds the one that takes its slot over, in one transaction: the slot is never seen empty.</summary>
    /// <param name="next">Is not added when the container is not wanted any more.</param>
    /// <returns>The container as it ended, or null when there is none or its end was noted before; then nothing changes.</returns>
    Task<Container?> ReplaceAsync(ContainerId id, Func<Container, Container> end, Container next, CancellationToken token);

    /// <summary>A number for a new one-off, unique in the app.</summary>
    Task<int> NextOneOffIndexAsync(AppId app, CancellationToken token);

    /// <summary>Forgets containers that stopped before a time.</summary>
    Task PruneStoppedAsync(DateTimeOffset before, CancellationToken token);
}
