using Gantry.Domain;
using Gantry.Domain.Containers;
using Gantry.Store.Records;

namespace Gantry.Control.Containers;

/// <summary>Which containers' records have changed since they were read. For <see cref="LiveContainers"/>.</summary>
internal sealed class ContainerNotes
{
    private readonly Lock _gate = new();
    private HashSet<ContainerId> _changed = [];

    public void Note(IEnumerable<ContainerId> ids)
    {
        lock (_gate)
            _changed.UnionWith(ids);
    }

    /// <summary>To be called before the records are read: what changes from here on is in the next answer.</summary>
    public IReadOnlyCollection<ContainerId> Take()
    {
        lock (_gate)
        {
            var taken = _changed;
            _changed = [];
            return taken;
        }
    }
}

/// <summary>The containers' records, whose changes by this process are noted before anybody hears of them.</summary>
internal sealed class NotedContainers(IContainerStore inner, ContainerNotes notes) : IContainerStore
{
    public Task AddAsync(IReadOnlyList<Container> containers, CancellationToken token) =>
        NotingAsync(containers.Select(c => c.Id), async () =>
        {
            await inner.AddAsync(containers, token).ConfigureAwait(false);
            return containers.Count;
        });

    public Task<Container?> UpdateAsync(ContainerId id, Func<Container, Container> change, CancellationToken token) =>
        NotingAsync([id], () => inner.UpdateAsync(id, change, token));

    public Task<Container?> UpdateRouteAsync(ContainerId id, Func<Container, Container> change, CancellationToken token) =>
        NotingAsync([id], () => inner.UpdateRouteAsync(id, change, token));

    public Task<Container?> ReplaceAsync(ContainerId id, Func<Container, Container> end, Container next, CancellationToken token) =>
        NotingAsync([id, next.Id], () => inner.ReplaceAsync(id, end, next, token));

    public Task<Container?> FindAsync(ContainerId id, CancellationToken token) => inner.FindAsync(id, token);

    public Task<IReadOnlyList<Container>> ListLiveAsync(CancellationToken token) => inner.ListLiveAsync(token);

    public Task<IReadOnlyList<Container>> ListLiveAsync(AppId app, CancellationToken token) => inner.ListLiveAsync(app, token);

    public Task<IReadOnlyList<Container>> ListLiveAsync(IReadOnlyCollection<AppId> apps, CancellationToken token) => inner.ListLiveAsync(apps, token);

    public Task<IReadOnlyList<Container>> ListLiveAsync(HostId host, CancellationToken token) => inner.ListLiveAsync(host, token);

    public Task<IReadOnlyList<Container>> ListUnsettledAsync(CancellationToken token) => inner.ListUnsettledAsync(token);

    public Task<IReadOnlyList<Container>> ListAsync(IReadOnlyCollection<ContainerId> ids, CancellationToken token) => inner.ListAsync(ids, token);

    public Task<IReadOnlyList<Container>> ListByDeploymentAsync(AppId app, DeploymentId deployment, CancellationToken token) =>
        inner.ListByDeploymentAsync(app, deployment, token);

    public Task<int> NextOneOffIndexAsync(AppId app, CancellationToken token) => inner.NextOneOffIndexAsync(app, token);

    public Task PruneStoppedAsync(DateTimeOffset before, CancellationToken token) => inner.PruneStoppedAsync(before, token);

    /// <summary>Also what failed: after an answer that got lost nobody knows what is there.</summary>
    private async Task<T> NotingAsync<T>(IEnumerable<ContainerId> ids, Func<Task<T>> write)
    {
        try
        {
            return await write().ConfigureAwait(false);
        }
        finally
        {
            notes.Note(ids);
        }
    }
}
