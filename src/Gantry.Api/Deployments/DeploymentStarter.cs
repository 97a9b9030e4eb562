using Gantry.Api.Apps;
using Gantry.Bus;
using Gantry.Contracts.V1;
using Gantry.Domain;
using Gantry.Domain.Accounts;
using Gantry.Domain.Apps;
using Gantry.Domain.Deployments;
using Gantry.Store.Records;

namespace Gantry.Api.Deployments;

/// <summary>Queues deployments.</summary>
internal sealed class DeploymentStarter(IDeploymentStore deployments, SourceShelf shelf, Addresses addresses, IBus bus, TimeProvider time)
{
    private const int MaxRefLength = 128;

    public async Task<Outcome<Deployment>> FromArchiveAsync(App app, User pusher, CreateDeploymentBody wanted, CancellationToken token)
    {
        var gitRef = wanted.GitRef?.Trim() ?? "";
        if (CheckRef(gitRef) is { } invalid)
            return invalid;
        var source = await FindSourceAsync(pusher, wanted.SourceUrl, token);
        return source.Refusal is { } refusal ? refusal : await QueueAsync(app, pusher, source.Value, gitRef, token);
    }

    public async Task<Outcome<Deployment>> RollbackAsync(App app, User pusher, Deployment earlier, CancellationToken token)
    {
        if (earlier is not { Status: DeploymentStatus.Success, ImageId: { } image })
            return Refusal.Invalid("deployment", $"did not succeed ({earlier.Status.ToWire()}), so it has no image to go back to: choose a successful one");
        if (await deployments.FindImageAsync(image, token) is null)
            return Refusal.Invalid("deployment", "is too old: its image was removed; deploy that version again");
        return await QueueAsync(app, pusher, new DeploymentSource(SourceKind.Image, image.Value), earlier.GitRef, token);
    }

    private static Refusal? CheckRef(string gitRef)
    {
        if (gitRef.StartsWith('-'))
            return Refusal.Invalid("git_ref", "may not start with a hyphen");
        return gitRef.Length > MaxRefLength || gitRef.Any(char.IsControl)
            ? Refusal.Invalid("git_ref", $"is too long (maximum is {MaxRefLength} characters) or has control characters")
            : null;
    }

    private async Task<Outcome<DeploymentSource>> FindSourceAsync(User pusher, string? address, CancellationToken token)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            return Refusal.Invalid("source_url", "must be the http or https address of a tar.gz archive");
        if (addresses.ReadSourceDownload(url) is not { } own)
            return new DeploymentSource(SourceKind.Url, url.AbsoluteUri);
        if (!shelf.MayDownload(own.Id, own.Token) || shelf.OwnerOf(own.Id) != pusher.Id)
            return Refusal.Invalid("source_url", "has expired or is not yours: ask for a new source (POST /v1/sources) and upload again");
        return await shelf.FindAsync(own.Id, token) is { } digest
            ? new DeploymentSource(SourceKind.Blob, digest.Value)
            : Refusal.Invalid("source_url", "has nothing uploaded: PUT the archive to the upload_url first");
    }

    private async Task<Outcome<Deployment>> QueueAsync(
        App app, User pusher, DeploymentSource source, string gitRef, CancellationToken token)
    {
        var deployment = new Deployment
        {
            Id = NewId.Deployment(),
            AppId = app.Id,
            PusherId = pusher.Id,
            PusherName = pusher.Username,
            Source = source,
            GitRef = gitRef,
            CreatedAt = time.GetUtcNow(),
        };
        await deployments.AddAsync(deployment, token);
        bus.Publish(new DeploymentChanged(app.Id, deployment.Id, deployment.Status));
        return deployment;
    }
}
