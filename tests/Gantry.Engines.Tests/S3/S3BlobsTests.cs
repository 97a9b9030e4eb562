using System.Security.Cryptography;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Gantry.Conformance;
using Gantry.Conformance.Blobs;
using Gantry.Domain;
using Gantry.Engines.Tests.Support;
using Gantry.Store.Blobs;
using Gantry.Store.Records;
using Gantry.Store.S3Blobs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Gantry.Engines.Tests.S3;

/// <summary>What an S3 has that a folder has not: parts, pages, keys, and other people's objects.</summary>
public sealed class S3BlobsTests(SharedCeph ceph) : IAsyncLifetime
{
    private readonly TempDirectory _folder = new();
    private CephServer _server = null!;
    private S3BlobsOptions _place = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await ceph.ServerAsync();
        _place = await _server.OptionsAsync(_folder.Path);
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Below, at and above the size of a part, and a last part of one byte.</summary>
    [Theory]
    [InlineData((5 << 20) - 1)]
    [InlineData(5 << 20)]
    [InlineData((5 << 20) + 1)]
    [InlineData((15 << 20) + 12_345)]
    public async Task Blob_InParts_ComesBackByDigest(int length)
    {
        await using var services = Services();
        var blobs = services.GetRequiredService<IBlobStore>();
        var content = RandomNumberGenerator.GetBytes(length);

        var info = (await blobs.PutAsync(new ForwardStream(content), long.MaxValue, Token)).Value;

        Assert.Equal(Digest.FromSha256(SHA256.HashData(content)), info.Digest);
        await using var read = (await blobs.OpenAsync(info.Digest, Token))!;
        Assert.Equal(length, read.Length);
        var back = new MemoryStream();
        await read.CopyToAsync(back, Token);
        Assert.True(content.AsSpan().SequenceEqual(back.ToArray()));
        Assert.Empty(Directory.GetFiles(_place.DraftDirectory));
        using var client = _server.Client();
        Assert.Empty((await client.ListMultipartUploadsAsync(_place.Bucket, Token)).MultipartUploads ?? []);
    }

    [Fact]
    public async Task Blob_WhoseObjectWasChanged_FailsWithItsLastByte()
    {
        await using var services = Services();
        var blobs = services.GetRequiredService<IBlobStore>();
        var digest = (await blobs.PutAsync(new MemoryStream(new byte[1000]), long.MaxValue, Token)).Value.Digest;
        await PutAsync(services, "sha256/" + digest.Hex, new byte[999], Token);

        await using var read = (await blobs.OpenAsync(digest, Token))!;
        await Assert.ThrowsAsync<BlobCorruptException>(() => read.CopyToAsync(Stream.Null, Token));
    }

    /// <summary>A bucket tells a thousand names at once.</summary>
    [Fact]
    public async Task Blobs_MoreThanAPage_AreAllListedAndOnlyThey()
    {
        await using var services = Services();
        await Parallel.ForEachAsync(Enumerable.Range(0, 1005), new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = Token }, async (i, token) =>
            await PutAsync(services, "sha256/" + Convert.ToHexStringLower(SHA256.HashData(BitConverter.GetBytes(i))), [1], token));
        foreach (var foreign in (string[])["sha256/README", "notes", "other/sha256/x"])
            await PutAsync(services, foreign, [1], Token);

        var all = await services.GetRequiredService<IBlobStore>().ListAsync(Token).ToListAsync(Token);

        Assert.Equal(1005, all.Count);
        Assert.All(all, b => Assert.InRange(b.StoredAt, DateTimeOffset.UtcNow.AddMinutes(-10), DateTimeOffset.UtcNow.AddMinutes(1)));
    }

    [Fact]
    public async Task Start_WithABucketThatIsMissing_IsRefusedWithWhatToDo()
    {
        var refused = await RefusedStartAsync(o => o.Bucket = "no-such-bucket");
        Assert.Contains("'no-such-bucket' does not exist", refused.Message);
        Assert.False(refused.IsTransient);
    }

    [Fact]
    public async Task Start_WithAKeyThatMayNot_IsRefusedWithWhatToDo()
    {
        var refused = await RefusedStartAsync(o => (o.AccessKey, o.SecretKey) = (CephServer.Stranger, CephServer.SecretOf(CephServer.Stranger)));
        Assert.Contains("denies access", refused.Message);
        Assert.False(refused.IsTransient);
    }

    [Theory]
    [InlineData("nobody", "x")]
    [InlineData("gantry", "wrong")]
    public async Task Start_WithAWrongKey_IsRefusedWithWhatToDo(string access, string secret) =>
        Assert.Contains("does not know this key", (await RefusedStartAsync(o => (o.AccessKey, o.SecretKey) = (access, secret))).Message);

    /// <summary>Apps can be served without blobs.</summary>
    [Fact]
    public async Task Start_WithAStoreThatIsAway_GoesOnAndWhoNeedsABlobIsTold()
    {
        _place.Endpoint = $"http://127.0.0.1:{FreePort.Take()}";
        _place.OutagePatience = TimeSpan.Zero;
        await using var services = Services();
        await StartAsync(services);
        var failure = await Assert.ThrowsAsync<StoreException>(() => services.GetRequiredService<IBlobStore>().ExistsAsync(new Digest("sha256:" + new string('a', 64)), Token));
        Assert.Contains("does not answer (Connection refused", failure.Message);
        Assert.True(failure.IsTransient);
    }

    /// <summary>Not by a clock that is set wrong here: the client corrects it by itself after the first refusal.</summary>
    [Fact]
    public void Failure_OfAClockThatDiffers_SaysToSetIt()
    {
        var failure = S3Failures.Explain(new AmazonS3Exception("skewed", ErrorType.Sender, "RequestTimeTooSkewed", "1", System.Net.HttpStatusCode.Forbidden), _place);
        Assert.Contains("Set the clock", failure.Message);
        Assert.True(failure.IsTransient);
    }

    /// <summary>An object that the adapter did not make, with its own client.</summary>
    private Task PutAsync(ServiceProvider services, string key, byte[] content, CancellationToken token) => services.GetRequiredService<Gantry.Store.S3Blobs.S3Bucket>().Client.PutObjectAsync(
        new PutObjectRequest { BucketName = _place.Bucket, Key = key, InputStream = new MemoryStream(content), UseChunkEncoding = false }, token);

    private async Task<StoreException> RefusedStartAsync(Action<S3BlobsOptions> change)
    {
        change(_place);
        await using var services = Services();
        return await Assert.ThrowsAsync<StoreException>(() => StartAsync(services));
    }

    private static async Task StartAsync(IServiceProvider services)
    {
        foreach (var service in services.GetServices<IHostedService>().OfType<IHostedLifecycleService>())
            await service.StartingAsync(Token);
    }

    private ServiceProvider Services()
    {
        var services = new ServiceCollection();
        CephServer.Add(services, _place);
        return services.BuildServiceProvider();
    }
}
