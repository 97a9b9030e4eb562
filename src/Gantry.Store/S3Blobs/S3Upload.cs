using System.Buffers;
using Amazon.Runtime;
using Amazon.S3.Model;
using Gantry.Store.Records;

namespace Gantry.Store.S3Blobs;

/// <summary>One content on its way in. Until the last request nobody sees anything of it.</summary>
internal sealed class S3Upload(S3Bucket bucket, string key, S3Draft draft, int partBytes)
{
    /// <summary>S3 takes ten thousand parts.</summary>
    private const int MaxParts = 9_000;

    public async Task RunAsync(CancellationToken token)
    {
        var length = (int)Math.Min(draft.Length, Math.Max(partBytes, draft.Length / MaxParts));
        var buffer = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            await (draft.Length <= length ? PutAsync(buffer.AsMemory(0, length), token) : PutPartsAsync(buffer.AsMemory(0, length), token));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task PutAsync(Memory<byte> buffer, CancellationToken token)
    {
        await draft.ReadAsync(0, buffer, token);
        await bucket.UploadAsync(
            () => bucket.Client.PutObjectAsync(
                new PutObjectRequest { BucketName = bucket.Name, Key = key, InputStream = Content(buffer), UseChunkEncoding = false, ContentType = "application/octet-stream" }, token),
            token);
    }

    private async Task PutPartsAsync(Memory<byte> buffer, CancellationToken token)
    {
        var upload = (await bucket.UploadAsync(
            () => bucket.Client.InitiateMultipartUploadAsync(new InitiateMultipartUploadRequest { BucketName = bucket.Name, Key = key, ContentType = "application/octet-stream" }, token),
            token)).UploadId;
        try
        {
            var parts = new List<PartETag>();
            for (var offset = 0L; offset < draft.Length; offset += buffer.Length)
                parts.Add(await PutPartAsync(upload, parts.Count + 1, offset, buffer[..(int)Math.Min(buffer.Length, draft.Length - offset)], token));
            await CompleteAsync(upload, parts, token);
        }
        catch
        {
            await AbandonAsync(upload);
            throw;
        }
    }

    private async Task<PartETag> PutPartAsync(string upload, int number, long offset, Memory<byte> part, CancellationToken token)
    {
        await draft.ReadAsync(offset, part, token);
        var answer = await bucket.UploadAsync(
            () => bucket.Client.UploadPartAsync(
                new UploadPartRequest
                {
                    BucketName = bucket.Name, Key = key, UploadId = upload, PartNumber = number, InputStream = Content(part), PartSize = part.Length, UseChunkEncoding = false,
                },
                token),
            token);
        return new PartETag(number, answer.ETag);
    }

    /// <summary>When the answer gets lost, the store has made the object and knows the upload no more: then it is looked whether it is there.</summary>
    private async Task CompleteAsync(string upload, List<PartETag> parts, CancellationToken token)
    {
        try
        {
            await bucket.UploadAsync(
                () => bucket.Client.CompleteMultipartUploadAsync(
                    new CompleteMultipartUploadRequest { BucketName = bucket.Name, Key = key, UploadId = upload, PartETags = parts }, token),
                token);
        }
        catch (StoreException e) when (e.InnerException is AmazonServiceException { ErrorCode: "NoSuchUpload" })
        {
            var found = await bucket.FindAsync(() => bucket.Client.GetObjectMetadataAsync(bucket.Name, key, token), token);
            if (found?.ContentLength != draft.Length)
                throw;
        }
    }

    /// <summary>Its parts take room that nobody sees. When the store does not answer now, the next start of Gantry removes them.</summary>
    private async Task AbandonAsync(string upload)
    {
        try
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
            await bucket.Client.AbortMultipartUploadAsync(bucket.Name, key, upload, limit.Token);
        }
        catch (Exception e) when (e is OperationCanceledException || S3Failures.IsOutage(e, CancellationToken.None) || e is AmazonServiceException)
        {
            // The caller gets the failure that led here.
        }
    }

    /// <summary>Made anew for each try: the client closes what it has sent.</summary>
    private static MemoryStream Content(Memory<byte> part) =>
        System.Runtime.InteropServices.MemoryMarshal.TryGetArray<byte>(part, out var array) ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false) : throw new InvalidOperationException("A part is an array.");
}
