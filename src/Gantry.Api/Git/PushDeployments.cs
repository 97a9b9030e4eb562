using Gantry.Bus;
using Gantry.Domain;
using Gantry.Domain.Accounts;
using Gantry.Domain.Apps;
using Gantry.Domain.Deployments;
using Gantry.Store.Blobs;
using Gantry.Store.Records;
using Microsoft.Extensions.Options;

namespace Gantry.Api.Git;

/// <summary>Turns a push into a deployment.</summary>
internal sealed class PushDeployments(IDeploymentStore deployments, IBlobStore blobs, IBus bus, IOptions<GitOptions> options, TimeProvider time)
{
    private readonly SemaphoreSlim _oneAtATime = new(1);

    /// <summary>A sentence when another deployment of the app has not ended.</summary>
    public async Task<string?> FindObstacleAsync(App app, CancellationToken token)
    {
        var unfinished = await deployments.ListUnfinishedAsync(token);
        return unfinished.FirstOrDefault(d => d.AppId == app.Id) is not { } other
            ? null
            : $"{app.Name} is being deployed already, by {other.PusherName} ({other.Status.ToWire()} since {(int)(time.GetUtcNow() - other.CreatedAt).TotalSeconds} s). " +
              "Push again when that has ended; look at it with: gantry deployments";
    }

    public async Task<Outcome<Digest>> StoreSourceAsync(Stream archive, CancellationToken token)
    {
        var stored = await blobs.PutAsync(archive, options.Value.MaxSourceBytes, token);
        if (stored.Refusal is null)
            return stored.Value.Digest;
        // The packer gets to its end instead of a broken pipe.
        await archive.CopyToAsync(Stream.Null, token);
        return Refusal.Invalid("source", $"The source is larger than {options.Value.MaxSourceBytes / 1048576} MiB. Leave out what the app does not need: git rm --cached, .gitignore, or export-ignore in .gitattributes");
    }

    public async Task<Outcome<Deployment>> QueueAsync(App app, User pusher, string commit, Digest source, CancellationToken token)
    {
        await _oneAtATime.WaitAsync(token);
        try
        {
            if (await FindObstacleAsync(app, token) is { } obstacle)
                return Refusal.Conflict(obstacle);
            var deployment = new Deployment
            {
                Id = NewId.Deployment(), AppId = app.Id, PusherId = pusher.Id, PusherName = pusher.Username,
                Source = new DeploymentSource(SourceKind.Git, source.Value), GitRef = commit, CreatedAt = time.GetUtcNow(),
            };
            await deployments.AddAsync(deployment, token);
            bus.Publish(new DeploymentChanged(app.Id, deployment.Id, deployment.Status));
            return deployment;
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    /// <summary>The pusher went away.</summary>
    public async Task AbortAsync(DeploymentId id, CancellationToken token)
    {
        var changed = await deployments.UpdateAsync(id, d => d.Status.IsFinished() ? d : d with { AbortRequested = true }, token);
        if (changed is not null)
            bus.Publish(new DeploymentChanged(changed.AppId, id, changed.Status));
    }
}
