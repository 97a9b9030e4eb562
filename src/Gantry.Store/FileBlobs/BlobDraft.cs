using System.Buffers;
using System.Security.Cryptography;
using Gantry.Domain;

namespace Gantry.Store.FileBlobs;

/// <summary>
/// Content on its way in. The file stays locked while its writer lives, which tells the drafts of a running
/// process from those that a crash left behind.
/// </summary>
internal sealed class BlobDraft : IAsyncDisposable
{
    private const int BufferLength = 128 * 1024;

    private readonly FileStream _file;
    private bool _published;

    public BlobDraft(BlobPaths paths)
    {
        Path = System.IO.Path.Combine(paths.Drafts, System.IO.Path.GetRandomFileName());
        _file = new FileStream(Path, new FileStreamOptions
        {
            // A shared lock: it holds off the removal of leftovers, and not who reads the blob right after it got its name.
            Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.Read, BufferSize = 0,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
    }

    public string Path { get; }

    public long Length { get; private set; }

    /// <returns>Null when the content is longer than the limit.</returns>
    public async Task<Digest?> FillAsync(Stream content, long maxBytes, CancellationToken token)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferLength);
        try
        {
            while (await content.ReadAsync(buffer.AsMemory(0, BufferLength), token) is var read and > 0)
            {
                if ((Length += read) > maxBytes)
                    return null;
                hash.AppendData(buffer, 0, read);
                await _file.WriteAsync(buffer.AsMemory(0, read), token);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        _file.Flush(flushToDisk: true);
        return Digest.FromSha256(hash.GetHashAndReset());
    }

    /// <summary>Gives the content its final name; from then on it is complete and durable, or not there at all.</summary>
    public void Publish(string path)
    {
        // Over an existing blob as well: the content is the same, unless the old one was damaged.
        File.Move(Path, path, overwrite: true);
        _published = true;
        DirectorySync.Flush(System.IO.Path.GetDirectoryName(path)!);
    }

    public async ValueTask DisposeAsync()
    {
        await _file.DisposeAsync();
        if (!_published)
            File.Delete(Path);
    }
}
