using Amazon.S3.Model;
using Gantry.Store.Records;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Gantry.Store.S3Blobs;

/// <summary>
/// Looks at the bucket when the program starts: a wrong name or key stops it there and then. A store that is merely away
/// does not, since apps can be served without it.
/// </summary>
internal sealed partial class S3Start(S3Bucket bucket, TimeProvider time, ILogger<S3Start> logger) : IHostedLifecycleService
{
    /// <summary>No upload takes that long; a killed process left it.</summary>
    private static readonly TimeSpan Abandoned = TimeSpan.FromDays(1);

    public async Task StartingAsync(CancellationToken token)
    {
        try
        {
            await bucket.AskAsync(() => bucket.Client.ListObjectsV2Async(new ListObjectsV2Request { BucketName = bucket.Name, Prefix = bucket.Folder, MaxKeys = 1 }, token), token);
            await RemoveAbandonedAsync(token);
        }
        catch (StoreException e) when (e.IsTransient)
        {
            Log.Away(logger, e.Message);
        }
    }

    public Task StartAsync(CancellationToken token) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken token) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken token) => Task.CompletedTask;

    public Task StopAsync(CancellationToken token) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken token) => Task.CompletedTask;

    private async Task RemoveAbandonedAsync(CancellationToken token)
    {
        var before = time.GetUtcNow() - Abandoned;
        var found = await bucket.AskAsync(
            () => bucket.Client.ListMultipartUploadsAsync(new ListMultipartUploadsRequest { BucketName = bucket.Name, Prefix = bucket.Folder }, token), token);
        foreach (var upload in (found.MultipartUploads ?? []).Where(u => u.Initiated?.ToUniversalTime() < before.UtcDateTime))
        {
            await bucket.AskAsync(() => bucket.Client.AbortMultipartUploadAsync(bucket.Name, upload.Key, upload.UploadId, token), token);
            Log.Removed(logger, upload.Key);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Blobs can't be reached now, and whatever needs one waits: {Reason}")]
        public static partial void Away(ILogger logger, string reason);

        [LoggerMessage(Level = LogLevel.Information, Message = "Removed the parts of {Key}, which a crash had left half uploaded")]
        public static partial void Removed(ILogger logger, string key);
    }
}
