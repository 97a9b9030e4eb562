using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Gantry.Domain;
using Gantry.Store.Blobs;

namespace Gantry.Agent.Tests.Support;

/// <summary>Blobs as files in one directory.</summary>
internal sealed class FolderBlobs(string directory) : IBlobStore
{
    public int Opened;

    public async Task<Outcome<BlobInfo>> PutAsync(Stream content, long maxBytes, CancellationToken token)
    {
        using var memory = new MemoryStream();
        await content.CopyToAsync(memory, token);
        return await AddAsync(memory.ToArray());
    }

    public async Task<BlobInfo> AddAsync(byte[] bytes)
    {
        var digest = Digest.FromSha256(SHA256.HashData(bytes));
        await File.WriteAllBytesAsync(PathOf(digest), bytes);
        return new BlobInfo(digest, bytes.Length, DateTimeOffset.UnixEpoch);
    }

    public Task<Stream?> OpenAsync(Digest digest, CancellationToken token)
    {
        Interlocked.Increment(ref Opened);
        return Task.FromResult<Stream?>(File.Exists(PathOf(digest)) ? File.OpenRead(PathOf(digest)) : null);
    }

    public Task<bool> ExistsAsync(Digest digest, CancellationToken token) => Task.FromResult(File.Exists(PathOf(digest)));

    public Task DeleteAsync(Digest digest, CancellationToken token)
    {
        File.Delete(PathOf(digest));
        return Task.CompletedTask;
    }

    public async IAsyncEnumerable<BlobInfo> ListAsync([EnumeratorCancellation] CancellationToken token)
    {
        await Task.Yield();
        yield break;
    }

    private string PathOf(Digest digest) => Path.Combine(directory, digest.Hex);
}
