using Gantry.Build.Images;
using Gantry.Domain;
using Gantry.Store.Blobs;
using Microsoft.Extensions.Options;

namespace Gantry.Build.Stacks;

/// <summary>Recognises what the operator gave and stores it as one compressed tar.</summary>
internal sealed class StackImporter(IBlobStore blobs, IOptions<BuildOptions> options) : IStackImporter
{
    private const long MaxBytes = 64L << 30;

    private readonly string _folder = Path.Combine(options.Value.DataDirectory, "stacks");

    private ImportIndex Index => new(_folder);

    public async Task<Outcome<ImportedRoot>> ImportAsync(string source, IProgress<StackProgress>? progress, CancellationToken token)
    {
        if (OciImage.Recognise(source) is { } image)
            return await ImportImageAsync(image, progress, token);
        if (Directory.Exists(source))
            return await ImportFolderAsync(source, progress, token);
        return File.Exists(source)
            ? await ImportTarAsync(Path.GetFullPath(source), progress, token)
            : Refusal.Invalid("source", $"There is no root file system at '{source}'. Give a tar, a folder, an OCI layout, or an image of a registry (docker://HOST/NAME:TAG).");
    }

    private async Task<Outcome<ImportedRoot>> ImportTarAsync(string path, IProgress<StackProgress>? progress, CancellationToken token)
    {
        var expected = ImportIndex.ReadDigestBeside(path);
        var key = ImportIndex.KeyOf(path, expected);
        if (await Index.FindAsync(key, token) is { } known && await blobs.ExistsAsync(known.Digest, token))
            return known with { WasKnown = true };
        progress?.Report(new StackProgress($"looking into {Path.GetFileName(path)}", 0, null));
        var content = await RootContent.OfTarAsync(path, token);
        if (content.Image is { } image)
            return await ImportImageAsync(image, progress, token);
        if (content.Refusal(path) is { } refusal)
            return refusal;
        var hash = new HashCheck();
        var stored = await CompressedBlob.PutAsync(blobs, (output, stop) => RootTar.WriteAsync(path, content, hash, progress, output, stop), MaxBytes, token);
        if (stored.Refusal is { } tooLarge)
            return tooLarge;
        if (expected is { } digest && hash.Digest != digest)
        {
            await blobs.DeleteAsync(stored.Value.Digest, token);
            return Refusal.Invalid("source", $"'{path}' does not match the digest in the file beside it: it is {hash.Digest}, expected {digest}. Build or fetch the stack again.");
        }

        var root = new ImportedRoot(stored.Value.Digest, stored.Value.Size, false);
        await Index.AddAsync(key, root, token);
        return root;
    }

    private async Task<Outcome<ImportedRoot>> ImportFolderAsync(string folder, IProgress<StackProgress>? progress, CancellationToken token)
    {
        var content = RootContent.OfFolder(folder);
        if (content.Refusal(folder) is { } refusal)
            return refusal;
        var stored = await CompressedBlob.PutAsync(blobs, (output, stop) => FolderTar.WriteAsync(folder, content, progress, output, stop), MaxBytes, token);
        return stored.Refusal is { } tooLarge ? tooLarge : new ImportedRoot(stored.Value.Digest, stored.Value.Size, false);
    }

    private async Task<Outcome<ImportedRoot>> ImportImageAsync(OciImage image, IProgress<StackProgress>? progress, CancellationToken token)
    {
        var work = Directory.CreateDirectory(Path.Combine(_folder, $".unpack-{Guid.NewGuid():N}")).FullName;
        try
        {
            progress?.Report(new StackProgress($"unpacking {image.Reference}", 0, null));
            return await ImportFolderAsync(await image.UnpackAsync(work, options.Value, token), progress, token);
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }
}
