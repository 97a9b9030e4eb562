using System.Security.Cryptography;
using Gantry.Domain;
using Gantry.Store.Blobs;
using Xunit;

namespace Gantry.Conformance.Blobs;

/// <summary>Contract of <see cref="IBlobStore"/>.</summary>
public abstract class BlobStoreSuite : PortSuite
{
    protected IBlobStore Blobs => Port<IBlobStore>();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1_000_003)]
    public async Task Blob_Put_ComesBackByDigest(int length)
    {
        var content = RandomNumberGenerator.GetBytes(length);
        var info = (await PutAsync(content)).Value;
        Assert.Equal(Digest.FromSha256(SHA256.HashData(content)), info.Digest);
        Assert.Equal(length, info.Size);
        Assert.Equal(content, await ReadAsync(info.Digest));
        Assert.True(await Blobs.ExistsAsync(info.Digest, Token));
    }

    [Fact]
    public async Task Blob_Unknown_IsNotThere()
    {
        var digest = Digest.FromSha256(SHA256.HashData("nothing"u8));
        Assert.Null(await Blobs.OpenAsync(digest, Token));
        Assert.False(await Blobs.ExistsAsync(digest, Token));
        await Blobs.DeleteAsync(digest, Token);
        Assert.Empty(await ListAsync());
    }

    [Fact]
    public async Task Blob_PutTwice_IsKeptOnce()
    {
        await PutAsync([1, 2, 3]);
        var info = (await PutAsync([1, 2, 3])).Value;
        Assert.Equal([info.Digest], (await ListAsync()).Select(b => b.Digest));
    }

    [Fact]
    public async Task Blob_PutByManyAtOnce_IsKeptOnceAndWhole()
    {
        var content = RandomNumberGenerator.GetBytes(300_000);
        var infos = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => PutAsync(content))));
        Assert.Single(infos.Select(i => i.Value.Digest).Distinct());
        Assert.Equal(content, await ReadAsync(infos[0].Value.Digest));
        Assert.Single(await ListAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Blob_LargerThanTheLimit_IsRefusedAndLeavesNothing(bool seekable)
    {
        var content = new byte[1001];
        var refused = await Blobs.PutAsync(seekable ? new MemoryStream(content) : new ForwardStream(content), 1000, Token);
        Assert.Contains("1000", refused.Refusal?.Message);
        Assert.Empty(await ListAsync());
        Assert.True((await Blobs.PutAsync(new ForwardStream(content[..1000]), 1000, Token)).IsSuccess);
    }

    [Fact]
    public async Task Blob_WhoseSourceFails_LeavesNothing()
    {
        var source = new ForwardStream(new byte[100_000], failAt: 50_000);
        await Assert.ThrowsAsync<EndOfStreamException>(() => Blobs.PutAsync(source, long.MaxValue, Token));
        Assert.Empty(await ListAsync());
    }

    [Fact]
    public async Task Blob_DeletedWhileItIsRead_IsReadToItsEnd()
    {
        var content = RandomNumberGenerator.GetBytes(100_000);
        var digest = (await PutAsync(content)).Value.Digest;
        await using var open = (await Blobs.OpenAsync(digest, Token))!;
        await Blobs.DeleteAsync(digest, Token);
        var read = new MemoryStream();
        await open.CopyToAsync(read, Token);
        Assert.Equal(content, read.ToArray());
        Assert.Null(await Blobs.OpenAsync(digest, Token));
    }

    [Fact]
    public async Task Blobs_AfterRestart_AreStillThere()
    {
        var digest = (await PutAsync([1, 2, 3])).Value.Digest;
        await RestartAsync();
        Assert.Equal([1, 2, 3], await ReadAsync(digest));
    }

    protected Task<Outcome<BlobInfo>> PutAsync(byte[] content) => Blobs.PutAsync(new MemoryStream(content), long.MaxValue, Token);

    protected async Task<byte[]> ReadAsync(Digest digest)
    {
        await using var stream = (await Blobs.OpenAsync(digest, Token))!;
        var content = new MemoryStream();
        await stream.CopyToAsync(content, Token);
        return content.ToArray();
    }

    protected async Task<IReadOnlyList<BlobInfo>> ListAsync()
    {
        var all = new List<BlobInfo>();
        await foreach (var blob in Blobs.ListAsync(Token))
            all.Add(blob);
        return all;
    }
}
