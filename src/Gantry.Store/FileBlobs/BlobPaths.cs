using Gantry.Domain;

namespace Gantry.Store.FileBlobs;

/// <summary>Layout: <c>sha256/ab/cd/&lt;64 digits&gt;</c> for blobs, <c>tmp/</c> on the same file system for drafts.</summary>
internal sealed class BlobPaths(string root)
{
    public string Root { get; } = Path.GetFullPath(root);

    public string Blobs => Path.Combine(Root, "sha256");

    public string Drafts => Path.Combine(Root, "tmp");

    public string Of(Digest digest) => Path.Combine(Blobs, digest.Hex[..2], digest.Hex[2..4], digest.Hex);

    /// <summary>Makes the folder of a blob durable along with each of its parents that is new.</summary>
    public void CreateFolderOf(Digest digest)
    {
        var folder = Path.GetDirectoryName(Of(digest))!;
        if (Directory.Exists(folder))
            return;
        Directory.CreateDirectory(folder);
        DirectorySync.Flush(Path.GetDirectoryName(folder)!);
        DirectorySync.Flush(Blobs);
    }
}
