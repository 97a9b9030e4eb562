using Gantry.Domain;
using Gantry.Domain.Deployments;
using Gantry.Domain.Images;

namespace Gantry.Store.Records;

/// <summary>Deployments with their output, images and stacks.</summary>
public interface IDeploymentStore
{
    Task AddAsync(Deployment deployment, CancellationToken token);

    Task<Deployment?> FindAsync(DeploymentId id, CancellationToken token);

    /// <summary>A page, newest first, and the total count.</summary>
    Task<(IReadOnlyList<Deployment> Page, int Total)> ListAsync(AppId app, int page, int perPage, CancellationToken token);

    /// <summary>Queued and running ones of all apps, oldest first.</summary>
    Task<IReadOnlyList<Deployment>> ListUnfinishedAsync(CancellationToken token);

    /// <summary>
    /// Reads, changes and writes in one transaction. A change of status that
    /// <see cref="DeploymentStatuses.CanBecome"/> forbids is dropped: the stored record comes back unchanged.
    /// </summary>
    Task<Deployment?> UpdateAsync(DeploymentId id, Func<Deployment, Deployment> change, CancellationToken token);

    /// <summary>Appends to the output.</summary>
    /// <returns>Its length in characters before.</returns>
    Task<long> AppendOutputAsync(DeploymentId id, string text, CancellationToken token);

    /// <summary>The output from an offset in characters; null when there is no such deployment.</summary>
    Task<string?> ReadOutputAsync(DeploymentId id, long offset, CancellationToken token);

    /// <summary>Replaces the output of finished deployments by a notice, but for the newest of each app. Safe to repeat.</summary>
    Task PruneOutputsAsync(int keptPerApp, string notice, CancellationToken token);

    Task AddImageAsync(Image image, CancellationToken token);

    Task<Image?> FindImageAsync(ImageId id, CancellationToken token);

    /// <summary>Newest first.</summary>
    Task<IReadOnlyList<Image>> ListImagesAsync(AppId app, CancellationToken token);

    Task<IReadOnlyList<Image>> ListAllImagesAsync(CancellationToken token);

    Task DeleteImageAsync(ImageId id, CancellationToken token);

    Task<IReadOnlyList<Stack>> ListStacksAsync(CancellationToken token);

    /// <summary>Creates or replaces by name, and the id of an existing one stays; at most one stack is the default.</summary>
    Task PutStackAsync(Stack stack, CancellationToken token);
}
