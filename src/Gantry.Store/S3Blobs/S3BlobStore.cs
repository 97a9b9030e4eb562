using System.Runtime.CompilerServices;
using Amazon.S3.Model;
using Gantry.Domain;
using Gantry.Store.Blobs;

namespace Gantry.Store.S3Blobs;

/// <summary>
/// Blobs as objects, named by their content. Content waits on the local disk until its digest, its name, is known; then it
/// goes in whole or in parts, and S3 shows it when all of it is there.
/// </summary>
internal sealed class S3BlobStore(S3BlobsOptions options, S3Bucket bucket, TimeProvider time) : IBlobStore
{
    public async Task<Outcome<BlobInfo>> PutAsync(Stream content, long maxBytes, CancellationToken token)
    {
        if (content.CanSeek && content.Length - content.Position > maxBytes)
            return TooLarge(maxBytes);
        await using var draft = new S3Draft(options.DraftDirectory);
        if (await draft.FillAsync(content, maxBytes, token) is not { } digest)
            return TooLarge(maxBytes);
        // What is there already as well: a collector goes by when a blob was last stored, and its record comes after it.
        await new S3Upload(bucket, bucket.KeyOf(digest), draft, options.PartBytes).RunAsync(token);
        return new BlobInfo(digest, draft.Length, time.GetUtcNow());
    }

    public async Task<Stream?> OpenAsync(Digest digest, CancellationToken token)
    {
        var key = bucket.KeyOf(digest);
        var answer = await bucket.FindAsync(() => bucket.Client.GetObjectAsync(bucket.Name, key, token), token);
        return answer is null ? null : new VerifyingStream(new S3Content(bucket, key, answer, options.Timeout), answer.ContentLength, digest);
    }

    public async Task<bool> ExistsAsync(Digest digest, CancellationToken token) =>
        await bucket.FindAsync(() => bucket.Client.GetObjectMetadataAsync(bucket.Name, bucket.KeyOf(digest), token), token) is not null;

    public Task DeleteAsync(Digest digest, CancellationToken token) =>
        bucket.FindAsync(() => bucket.Client.DeleteObjectAsync(bucket.Name, bucket.KeyOf(digest), token), token);

    public async IAsyncEnumerable<BlobInfo> ListAsync([EnumeratorCancellation] CancellationToken token)
    {
        string? next = null;
        do
        {
            var request = new ListObjectsV2Request { BucketName = bucket.Name, Prefix = bucket.Folder, ContinuationToken = next };
            var page = await bucket.AskAsync(() => bucket.Client.ListObjectsV2Async(request, token), token);
            foreach (var found in page.S3Objects ?? [])
                if ("sha256:" + found.Key[bucket.Folder.Length..] is var name && Digest.IsValid(name))
                    yield return new BlobInfo(new Digest(name), found.Size ?? 0, new DateTimeOffset((found.LastModified ?? default).ToUniversalTime(), TimeSpan.Zero));
            next = page.IsTruncated == true ? page.NextContinuationToken : null;
        }
        while (next is not null);
    }

    private static Refusal TooLarge(long maxBytes) => Refusal.Invalid("size", $"is too large (maximum is {maxBytes} bytes)");
}
