using System.Runtime.CompilerServices;
using Gantry.Domain;
using Gantry.Store.Blobs;
using Microsoft.Extensions.Logging;

namespace Gantry.Store.FileBlobs;

/// <summary>Blobs as read-only files, named by their content.</summary>
internal sealed partial class FileBlobStore : IBlobStore
{
    private readonly BlobPaths _paths;
    private readonly ILogger<FileBlobStore> _logger;

    public FileBlobStore(FileBlobsOptions options, ILogger<FileBlobStore> logger)
    {
        (_paths, _logger) = (new BlobPaths(options.Directory), logger);
        Directory.CreateDirectory(_paths.Blobs);
        Directory.CreateDirectory(_paths.Drafts);
        RemoveLeftovers();
    }

    public async Task<Outcome<BlobInfo>> PutAsync(Stream content, long maxBytes, CancellationToken token)
    {
        var known = content.CanSeek ? content.Length - content.Position : 0;
        if (known > maxBytes)
            return TooLarge(maxBytes);
        DiskSpace.Require(_paths.Root, known);
        await using var draft = new BlobDraft(_paths);
        try
        {
            return await draft.FillAsync(content, maxBytes, token) is { } digest ? Publish(draft, digest) : TooLarge(maxBytes);
        }
        catch (IOException e) when (DiskSpace.IsFull(e))
        {
            throw DiskSpace.Full(_paths.Root, Math.Max(known, draft.Length), e);
        }
    }

    public Task<Stream?> OpenAsync(Digest digest, CancellationToken token)
    {
        try
        {
            var file = new FileStream(_paths.Of(digest), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            return Task.FromResult<Stream?>(new VerifyingStream(file, file.Length, digest));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return Task.FromResult<Stream?>(null);
        }
    }

    public Task<bool> ExistsAsync(Digest digest, CancellationToken token) => Task.FromResult(File.Exists(_paths.Of(digest)));

    public Task DeleteAsync(Digest digest, CancellationToken token)
    {
        var path = _paths.Of(digest);
        if (File.Exists(path))
            File.Delete(path);
        return Task.CompletedTask;
    }

    public async IAsyncEnumerable<BlobInfo> ListAsync([EnumeratorCancellation] CancellationToken token)
    {
        await Task.Yield();
        foreach (var file in new DirectoryInfo(_paths.Blobs).EnumerateFiles("*", SearchOption.AllDirectories))
        {
            token.ThrowIfCancellationRequested();
            if (file.Exists && Digest.IsValid("sha256:" + file.Name))
                yield return Info(new Digest("sha256:" + file.Name), file);
        }
    }

    private BlobInfo Publish(BlobDraft draft, Digest digest)
    {
        _paths.CreateFolderOf(digest);
        draft.Publish(_paths.Of(digest));
        return Info(digest, new FileInfo(_paths.Of(digest)));
    }

    private static BlobInfo Info(Digest digest, FileInfo file) => new(digest, file.Length, new DateTimeOffset(file.LastWriteTimeUtc, TimeSpan.Zero));

    private static Refusal TooLarge(long maxBytes) => Refusal.Invalid(
        "size", $"is too large (maximum is {maxBytes} bytes)");

    private void RemoveLeftovers()
    {
        foreach (var draft in Directory.EnumerateFiles(_paths.Drafts))
        {
            try
            {
                using (new FileStream(draft, FileMode.Open, FileAccess.Write, FileShare.None))
                    File.Delete(draft);
                Log.LeftoverRemoved(_logger, draft);
            }
            catch (IOException e)
            {
                Log.DraftInUse(_logger, draft, e.Message);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Removed {Draft}, which a crash had left half written")]
        public static partial void LeftoverRemoved(ILogger logger, string draft);

        [LoggerMessage(Level = LogLevel.Information, Message = "Left {Draft} alone, another process is writing it: {Reason}")]
        public static partial void DraftInUse(ILogger logger, string draft, string reason);
    }
}
