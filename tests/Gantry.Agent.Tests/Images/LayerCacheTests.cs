using System.Text;
using Gantry.Agent.Images;
using Gantry.Agent.Runtime;
using Gantry.Agent.Tests.Support;
using Gantry.Domain;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Gantry.Agent.Tests.Images;

public sealed class LayerCacheTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("gantry-layers-").FullName;
    private readonly FolderBlobs _blobs;
    private readonly LayerCache _cache;

    public LayerCacheTests()
    {
        Directory.CreateDirectory(Path.Combine(_directory, "blobs"));
        _blobs = new FolderBlobs(Path.Combine(_directory, "blobs"));
        _cache = NewCache();
    }

    [Theory]
    [InlineData("cat")]
    [InlineData("gzip")]
    [InlineData("zstd -q")]
    public async Task Layer_InEachCompression_KeepsOwnersModesAndLinks(string compressor)
    {
        var digest = await MakeAsync(compressor);
        var path = await _cache.EnsureAsync(digest, TestContext.Current.CancellationToken);
        Assert.Equal("1000 750 content", (await Shell.RunAsync($"cd {path}; echo $(stat -c '%u %a' dir) $(cat dir/link)")).Trim());
    }

    [Fact]
    public async Task Layer_AskedForAtOnce_IsUnpackedOnce()
    {
        var digest = await MakeAsync("cat");
        var paths = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _cache.EnsureAsync(digest, TestContext.Current.CancellationToken)));
        Assert.Single(paths.Distinct());
        Assert.Equal(1, _blobs.Opened);
        await NewCache().EnsureAsync(digest, TestContext.Current.CancellationToken);
        Assert.Equal(1, _blobs.Opened);
    }

    [Fact]
    public async Task Layer_ThatIsNotAnArchive_FailsAndIsTriedAgain()
    {
        var digest = (await _blobs.AddAsync(Encoding.UTF8.GetBytes(new string('x', 2000)))).Digest;
        await Assert.ThrowsAsync<RuntimeException>(() => _cache.EnsureAsync(digest, TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<RuntimeException>(() => _cache.EnsureAsync(digest, TestContext.Current.CancellationToken));
        Assert.False(Directory.Exists(Path.Combine(_directory, "layers", digest.Hex)));
    }

    [Fact]
    public async Task Layer_OfAnEarlierBootThatIsNotOnDisk_IsUnpackedAgain()
    {
        var digest = await MakeAsync("cat");
        var path = await _cache.EnsureAsync(digest, TestContext.Current.CancellationToken);
        await Until.TrueAsync(() => Task.FromResult(!File.Exists(path + ".unsynced")), "It was never flushed.");
        await File.WriteAllTextAsync(path + ".unsynced", "an earlier boot", TestContext.Current.CancellationToken);
        await NewCache().EnsureAsync(digest, TestContext.Current.CancellationToken);
        Assert.Equal(2, _blobs.Opened);
    }

    [Fact]
    public async Task Collect_RemovesOnlyWhatIsNotNeeded()
    {
        var (kept, gone) = (await MakeAsync("cat"), await MakeAsync("gzip"));
        var keptPath = await _cache.EnsureAsync(kept, TestContext.Current.CancellationToken);
        var gonePath = await _cache.EnsureAsync(gone, TestContext.Current.CancellationToken);
        await _cache.CollectAsync(new HashSet<Digest> { kept }, TestContext.Current.CancellationToken);
        Assert.True(Directory.Exists(keptPath));
        Assert.False(Directory.Exists(gonePath));
        Assert.Equal(gonePath, await _cache.EnsureAsync(gone, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Collect_NameThatIsNoUtf8_IsRemovedToo()
    {
        await Shell.RunAsync($"cd {_directory}; mkdir -p n; touch n/$(printf 'a\\377b'); tar -C n -c . > n.tar");
        var digest = (await _blobs.AddAsync(await File.ReadAllBytesAsync(Path.Combine(_directory, "n.tar"), TestContext.Current.CancellationToken))).Digest;
        var path = await _cache.EnsureAsync(digest, TestContext.Current.CancellationToken);
        await Shell.RunAsync($"rm -r {_directory}/n");
        await _cache.CollectAsync(new HashSet<Digest>(), TestContext.Current.CancellationToken);
        Assert.False(Directory.Exists(path));
    }

    [Fact]
    public async Task Add_ThatFailsOrIsNotWanted_LeavesNothing()
    {
        var half = new byte[3000];
        await _cache.AddAsync(async (tar, stop) => { await tar.WriteAsync(half, stop); return null; }, TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<TimeoutException>(() => _cache.AddAsync((_, _) => throw new TimeoutException(), TestContext.Current.CancellationToken));
        var digest = await MakeAsync("cat");
        half.AsSpan().Fill((byte)'x');
        await Assert.ThrowsAsync<RuntimeException>(
            () => _cache.AddAsync(async (tar, stop) => { await tar.WriteAsync(half, stop); return digest; }, TestContext.Current.CancellationToken));
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(_directory, "layers")));
    }

    [Fact]
    public async Task Collect_RemovesWhatACrashLeftHalfUnpacked()
    {
        var left = Directory.CreateDirectory(Path.Combine(_directory, "layers", "draft-0123")).FullName;
        await _cache.AddAsync(
            async (_, stop) =>
            {
                await Until.TrueAsync(() => Task.FromResult(Directory.GetDirectories(Path.Combine(_directory, "layers")).Length == 2), "The draft was never made.");
                await _cache.CollectAsync(new HashSet<Digest>(), stop);
                Assert.Single(Directory.GetDirectories(Path.Combine(_directory, "layers")));
                return null;
            },
            TestContext.Current.CancellationToken);
        Assert.False(Directory.Exists(left));
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private LayerCache NewCache() => new(_blobs, Options.Create(new AgentOptions { DataDirectory = _directory }), NullLogger<LayerCache>.Instance);

    private async Task<Digest> MakeAsync(string compressor)
    {
        await Shell.RunAsync(
            $"cd {_directory}; rm -rf l; mkdir -p l/dir; chmod 750 l/dir; echo content > l/dir/file; ln l/dir/file l/dir/link; tar -C l --owner=1000 --group=1000 -c . | {compressor} > l.tar");
        return (await _blobs.AddAsync(await File.ReadAllBytesAsync(Path.Combine(_directory, "l.tar")))).Digest;
    }
}
