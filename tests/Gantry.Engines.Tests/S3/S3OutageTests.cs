using System.Security.Cryptography;
using Gantry.Conformance;
using Gantry.Domain;
using Gantry.Engines.Tests.Support;
using Gantry.Store.Blobs;
using Gantry.Store.Records;
using Gantry.Store.S3Blobs;
using Microsoft.Extensions.DependencyInjection;

namespace Gantry.Engines.Tests.S3;

/// <summary>The store is killed in the middle of something, all of its processes at once.</summary>
public sealed class S3OutageTests : IAsyncLifetime
{
    private readonly TempDirectory _folder = new();
    private readonly CephServer _server = new();
    private readonly byte[] _content = RandomNumberGenerator.GetBytes(150 << 20);
    private S3BlobsOptions _place = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private Digest Name => Digest.FromSha256(SHA256.HashData(_content));

    public async ValueTask InitializeAsync()
    {
        await _server.StartAsync();
        _place = await _server.OptionsAsync(_folder.Path);
        _place.OutagePatience = TimeSpan.FromSeconds(120);
        _place.UploadPatience = TimeSpan.FromSeconds(120);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Upload_WhileTheStoreRestarts_GoesOnAndIsVisibleOnlyWhole()
    {
        await using var services = Services();
        var blobs = services.GetRequiredService<IBlobStore>();
        var put = Task.Run(() => blobs.PutAsync(new MemoryStream(_content), long.MaxValue, Token), Token);
        await UploadIsUnderWayAsync();
        Assert.False(await blobs.ExistsAsync(Name, Token));

        await _server.KillAsync();
        Assert.False(put.IsCompleted);
        await _server.StartAsync();

        Assert.Equal(Name, (await put).Value.Digest);
        await (await blobs.OpenAsync(Name, Token))!.CopyToAsync(Stream.Null, Token);
    }

    [Fact]
    public async Task Upload_WhenTheStoreStaysAway_FailsWithASentenceAndLeavesNothingVisible()
    {
        _place.UploadPatience = TimeSpan.FromSeconds(1);
        await using var services = Services();
        var blobs = services.GetRequiredService<IBlobStore>();
        var put = Task.Run(() => blobs.PutAsync(new MemoryStream(_content), long.MaxValue, Token), Token);
        await UploadIsUnderWayAsync();

        await _server.KillAsync();
        var failure = await Assert.ThrowsAsync<StoreException>(() => put);
        await _server.StartAsync();

        Assert.Contains("does not answer", failure.Message);
        Assert.True(failure.IsTransient);
        Assert.False(await blobs.ExistsAsync(Name, Token));
        Assert.Empty(await blobs.ListAsync(Token).ToListAsync(Token));
        Assert.Equal(Name, (await blobs.PutAsync(new MemoryStream(_content), long.MaxValue, Token)).Value.Digest);
    }

    [Fact]
    public async Task Blob_ReadWhileTheStoreRestarts_IsReadToItsEnd()
    {
        await using var services = Services();
        var blobs = services.GetRequiredService<IBlobStore>();
        await blobs.PutAsync(new MemoryStream(_content), long.MaxValue, Token);
        await using var read = (await blobs.OpenAsync(Name, Token))!;
        await read.ReadExactlyAsync(new byte[1 << 20], Token);

        await _server.KillAsync();
        var rest = Task.Run(() => read.CopyToAsync(Stream.Null, Token), Token);
        await _server.StartAsync();

        // To its last byte, with which it is compared with its digest.
        await rest;
        Assert.Equal(_content.Length, read.Position);
    }

    /// <summary>At least two parts are there, so that more are to come.</summary>
    private async Task UploadIsUnderWayAsync()
    {
        using var client = _server.Client();
        await Until.TrueAsync(async () =>
        {
            var uploads = (await client.ListMultipartUploadsAsync(_place.Bucket, Token)).MultipartUploads ?? [];
            return uploads.Count > 0 && (await client.ListPartsAsync(_place.Bucket, uploads[0].Key, uploads[0].UploadId, Token)).Parts is { Count: >= 2 };
        }, "no upload is under way");
    }

    private ServiceProvider Services()
    {
        var services = new ServiceCollection();
        CephServer.Add(services, _place);
        return services.BuildServiceProvider();
    }
}
