using System.Buffers;
using System.Security.Cryptography;
using Gantry.Domain;

namespace Gantry.Store.S3Blobs;

/// <summary>Content on the local disk, in a file that has no name any more: however this process ends, it leaves nothing.</summary>
internal sealed class S3Draft : IAsyncDisposable
{
    private const int BufferLength = 128 * 1024;

    private readonly FileStream _file;

    public S3Draft(string directory)
    {
        Directory.CreateDirectory(directory);
        var path = Path.Combine(directory, Path.GetRandomFileName());
        _file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, BufferSize = 0, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        File.Delete(path);
    }

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

        return Digest.FromSha256(hash.GetHashAndReset());
    }

    public async Task ReadAsync(long offset, Memory<byte> buffer, CancellationToken token)
    {
        _file.Position = offset;
        await _file.ReadExactlyAsync(buffer, token);
    }

    public ValueTask DisposeAsync() => _file.DisposeAsync();
}
