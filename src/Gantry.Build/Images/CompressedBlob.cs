using System.IO.Pipelines;
using Gantry.Domain;
using Gantry.Store.Blobs;
using ZstdSharp;
using ZstdSharp.Unsafe;

namespace Gantry.Build.Images;

/// <summary>Stores what a producer writes as one zstd-compressed blob, without a copy in between.</summary>
internal static class CompressedBlob
{
    /// <summary>
    /// Fixed, since the level and the number of jobs decide the digest. The lowest: a deployment waits for it, and node_modules
    /// of 67 MB are a tenth larger than at level 3 for half the processor time.
    /// </summary>
    private const int Level = 1;
    private const int Workers = 2;

    public static async Task<Outcome<BlobInfo>> PutAsync(
        IBlobStore blobs, Func<Stream, CancellationToken, Task> produce, long maxBytes, CancellationToken token)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(token);
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 8 << 20, resumeWriterThreshold: 4 << 20, useSynchronizationContext: false));
        var compressing = Task.Run(() => CompressAsync(pipe.Writer, produce, stop.Token), CancellationToken.None);
        try
        {
            var stored = await blobs.PutAsync(pipe.Reader.AsStream(), maxBytes, token);
            if (stored.IsSuccess)
                await compressing;
            return stored;
        }
        finally
        {
            await stop.CancelAsync();
            await pipe.Reader.CompleteAsync();
            await compressing.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    /// <summary>A failure reaches the reader through the pipe, so that the store never keeps half a blob.</summary>
    private static async Task CompressAsync(PipeWriter pipe, Func<Stream, CancellationToken, Task> produce, CancellationToken token)
    {
        try
        {
            await using (var zstd = new CompressionStream(pipe.AsStream(leaveOpen: true), Level, leaveOpen: false))
            {
                zstd.SetParameter(ZSTD_cParameter.ZSTD_c_nbWorkers, Workers);
                await produce(zstd, token);
            }

            await pipe.CompleteAsync();
        }
        catch (Exception e)
        {
            await pipe.CompleteAsync(e);
            throw;
        }
    }
}
