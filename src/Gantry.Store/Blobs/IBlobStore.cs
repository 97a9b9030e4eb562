using Gantry.Domain;

namespace Gantry.Store.Blobs;

/// <summary>Content-addressed bytes: layers, stacks, source archives.</summary>
public interface IBlobStore
{
    /// <summary>Stores a stream; durable when the call returns. Storing the same content twice is free.</summary>
    /// <param name="maxBytes">Larger content is refused.</param>
    /// <returns>The digest and size, or a refusal when the content is larger than the limit.</returns>
    Task<Outcome<BlobInfo>> PutAsync(Stream content, long maxBytes, CancellationToken token);

    /// <summary>
    /// Opens for reading; the digest is verified while reading and the read of the last byte throws
    /// <see cref="BlobCorruptException"/> if it does not match. Null when there is no such blob.
    /// </summary>
    Task<Stream?> OpenAsync(Digest digest, CancellationToken token);

    Task<bool> ExistsAsync(Digest digest, CancellationToken token);

    Task DeleteAsync(Digest digest, CancellationToken token);

    IAsyncEnumerable<BlobInfo> ListAsync(CancellationToken token);
}

/// <summary>A stored blob. Size in bytes.</summary>
public sealed record BlobInfo(Digest Digest, long Size, DateTimeOffset StoredAt);

/// <summary>A stored blob no longer has the content its digest promises.</summary>
public sealed class BlobCorruptException(Digest digest)
    : IOException($"The blob {digest} is damaged on disk: its content does not match its digest. Deploy the app again, or restore the blob from a backup.");
