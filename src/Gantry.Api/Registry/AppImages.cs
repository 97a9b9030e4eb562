using Gantry.Domain;
using Gantry.Domain.Apps;
using Gantry.Domain.Deployments;
using Gantry.Domain.Images;
using Gantry.Store.Records;

namespace Gantry.Api.Registry;

/// <summary>The images of an app by the names that clients of a registry use.</summary>
internal sealed class AppImages(IDeploymentStore deployments, PlainLayers layers)
{
    public const string Latest = "latest";

    /// <summary>By <c>latest</c> (what serves), the id of a deployment, or the digest of the manifest; null when there is none.</summary>
    public async Task<AppManifest?> FindAsync(App app, string reference, CancellationToken token)
    {
        if (Digest.IsValid(reference))
            return await FirstAsync(app, m => m.Digest.Value == reference, token);
        var id = reference == Latest
            ? app.CurrentImageId
            : await deployments.FindAsync(new DeploymentId(reference), token) is { } deployment && deployment.AppId == app.Id ? deployment.ImageId : null;
        return id is { } known && await deployments.FindImageAsync(known, token) is { } image ? await ManifestAsync(image, token) : null;
    }

    /// <summary>The image of the app that has a configuration or layer. Blobs of others are not found, whoever knows their digest.</summary>
    public Task<AppManifest?> FindOwnerAsync(App app, Digest blob, CancellationToken token) =>
        FirstAsync(app, m => m.ConfigDigest == blob || m.Layers.Any(l => l.Digest == blob), token);

    /// <summary>Deployments whose image is still there, newest first.</summary>
    public async Task<IReadOnlyList<string>> ListTagsAsync(App app, CancellationToken token)
    {
        var images = (await deployments.ListImagesAsync(app.Id, token)).Select(i => i.Id).ToHashSet();
        var (page, _) = await deployments.ListAsync(app.Id, 1, 100, token);
        var tags = page.Where(d => d.Status == DeploymentStatus.Success && d.ImageId is { } image && images.Contains(image)).Select(d => d.Id.Value);
        return app.CurrentImageId is { } current && images.Contains(current) ? [Latest, .. tags] : [.. tags];
    }

    private async Task<AppManifest?> FirstAsync(App app, Func<AppManifest, bool> matches, CancellationToken token)
    {
        foreach (var image in await deployments.ListImagesAsync(app.Id, token))
            if (await ManifestAsync(image, token) is { } manifest && matches(manifest))
                return manifest;
        return null;
    }

    private async Task<AppManifest?> ManifestAsync(Image image, CancellationToken token) =>
        await layers.DescribeAsync(image.StackDigest, LayerKind.Root, token) is { } root
        && await layers.DescribeAsync(image.LayerDigest, LayerKind.App, token) is { } app
            ? new AppManifest(image, root, app)
            : null;
}
