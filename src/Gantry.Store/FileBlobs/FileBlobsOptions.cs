namespace Gantry.Store.FileBlobs;

/// <summary>Where the blobs of a single machine are kept.</summary>
public sealed class FileBlobsOptions
{
    /// <summary>A directory of its own on a local disk; made if need be.</summary>
    public string Directory { get; set; } = "/var/lib/gantry/blobs";
}
