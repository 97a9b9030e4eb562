namespace Gantry.Store.S3Blobs;

/// <summary>Where the blobs of a cluster are kept: a bucket of any S3-compatible store.</summary>
public sealed class S3BlobsOptions
{
    /// <summary>Where the store answers: <c>https://s3.example:9000</c>.</summary>
    public string Endpoint { get; set; } = "";

    /// <summary>A bucket that exists. It should not be public, and nothing but Gantry should write to <see cref="Prefix"/>.</summary>
    public string Bucket { get; set; } = "";

    /// <summary>What the names of all objects begin with, so that platforms can share a bucket: <c>gantry/</c>.</summary>
    public string Prefix { get; set; } = "";

    /// <summary>Part of the signature. Stores that are not Amazon's take any.</summary>
    public string Region { get; set; } = "us-east-1";

    /// <summary>It must be allowed to get, put, delete and list.</summary>
    public string AccessKey { get; set; } = "";

    public string SecretKey { get; set; } = "";

    /// <summary>The bucket in the path (true), or in the name of the host, as Amazon wants it for new buckets.</summary>
    public bool PathStyle { get; set; } = true;

    /// <summary>Content waits here until its digest is known; a local disk with room for the largest blob.</summary>
    public string DraftDirectory { get; set; } = "/var/lib/gantry/data/blob-drafts";

    /// <summary>Content above this goes in parts of this size, each held in memory once. In bytes; S3 wants 5 MiB at least.</summary>
    public int PartBytes { get; set; } = 8 << 20;

    /// <summary>How long one answer may take.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a store that does not answer is asked again before the caller is told.</summary>
    public TimeSpan OutagePatience { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>The same for content on its way in, which took long to make.</summary>
    public TimeSpan UploadPatience { get; set; } = TimeSpan.FromSeconds(60);
}
