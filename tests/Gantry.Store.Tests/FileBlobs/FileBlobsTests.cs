using System.Security.Cryptography;
using Gantry.Conformance;
using Gantry.Conformance.Blobs;
using Gantry.Domain;
using Gantry.Store.Blobs;
using Gantry.Store.FileBlobs;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gantry.Store.Tests.FileBlobs;

public sealed class FileBlobsTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Blob_Stored_LiesUnderTwoLevelsOfItsDigest()
    {
        var digest = await PutAsync(Store(), "hello"u8.ToArray());
        Assert.True(File.Exists(_directory.Of("sha256", digest.Hex[..2], digest.Hex[2..4], digest.Hex)));
        Assert.Empty(Directory.GetFiles(_directory.Of("tmp")));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(150_000)]
    [InlineData(299_999)]
    public async Task Blob_WithOneByteFlipped_FailsWithItsLastByte(int position)
    {
        var digest = await PutAsync(Store(), RandomNumberGenerator.GetBytes(300_000));
        Damage(digest, file =>
        {
            file.Position = position;
            var value = file.ReadByte();
            file.Position = position;
            file.WriteByte((byte)(value ^ 1));
        });
        var (read, failure) = await ReadAsync(digest);
        Assert.True(read < 300_000);
        Assert.Contains(digest.Value, failure!.Message);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(299_999)]
    public async Task Blob_CutShort_Fails(int length)
    {
        var digest = await PutAsync(Store(), RandomNumberGenerator.GetBytes(300_000));
        Damage(digest, file => file.SetLength(length));
        Assert.NotNull((await ReadAsync(digest)).Failure);
    }

    [Fact]
    public async Task Blob_Damaged_IsHealedByStoringItAgain()
    {
        var content = RandomNumberGenerator.GetBytes(1000);
        var digest = await PutAsync(Store(), content);
        Damage(digest, file => file.WriteByte((byte)(content[0] ^ 1)));
        await PutAsync(Store(), content);
        Assert.Equal((1000, null), await ReadAsync(digest));
    }

    [Fact]
    public async Task Blob_JustPublished_CanBeReadBeforeItsWriterIsGone()
    {
        var paths = new BlobPaths(_directory.Path);
        _ = Store();
        await using var draft = new BlobDraft(paths);
        var digest = (await draft.FillAsync(new MemoryStream("hello"u8.ToArray()), long.MaxValue, Token))!.Value;
        paths.CreateFolderOf(digest);

        draft.Publish(paths.Of(digest));

        Assert.Equal((5, null), await ReadAsync(digest));
    }

    [Fact]
    public void Blob_ReadThroughAnyOverload_IsVerified()
    {
        var content = RandomNumberGenerator.GetBytes(10);
        var path = _directory.Of("plain");
        File.WriteAllBytes(path, content);
        using var good = new VerifyingStream(File.OpenRead(path), 10, Digest.FromSha256(SHA256.HashData(content)));
        Assert.Equal(10, good.Length);
        Assert.Equal(10, good.Read(new byte[20], 0, 20));
        Assert.Equal(0, good.Read(new byte[20]));
        using var bad = new VerifyingStream(File.OpenRead(path), 10, Digest.FromSha256(SHA256.HashData("x"u8)));
        Assert.Equal(9, bad.Read(new byte[9]));
        Assert.Throws<BlobCorruptException>(() => bad.Read(new byte[9], 0, 9));
    }

    [Fact]
    public async Task Blob_WhoseWriterWasKilled_IsNotVisibleAndItsDraftIsRemoved()
    {
        using var writer = new CrashWriter("blob", _directory.Path);
        Assert.Equal(["half-way"], await writer.ReadAsync(1, Token));
        Assert.Single(Drafts());

        _ = Store("blobs");
        Assert.Single(Drafts());

        await writer.KillAsync(Token);
        Assert.Single(Drafts());
        var store = Store("blobs");
        Assert.Empty(Drafts());
        Assert.Empty(await store.ListAsync(Token).ToListAsync(Token));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Blob_ThatDoesNotFit_IsRefusedWithWhatIsNeeded(bool seekable)
    {
        using var disk = new SmallDisk(4096);
        var store = new FileBlobStore(new FileBlobsOptions { Directory = disk.Path }, NullLogger<FileBlobStore>.Instance);
        var content = new byte[8 << 20];
        var failure = await Assert.ThrowsAsync<IOException>(
            () => store.PutAsync(seekable ? new MemoryStream(content) : new ForwardStream(content), long.MaxValue, Token));
        Assert.Contains(disk.Path, failure.Message);
        Assert.Matches(seekable ? "8 MiB are needed" : @"[34]\.?\d* MiB are needed", failure.Message);
        Assert.Empty(Directory.GetFiles(Path.Combine(disk.Path, "tmp")));
        Assert.Empty(await store.ListAsync(Token).ToListAsync(Token));
        await PutAsync(store, new byte[1 << 20]);
    }

    [Fact]
    public async Task ForeignFile_AmongTheBlobs_IsNotListed()
    {
        var store = Store();
        await File.WriteAllTextAsync(_directory.Of("sha256", "README"), "not a blob", Token);
        Assert.Empty(await store.ListAsync(Token).ToListAsync(Token));
    }

    private FileBlobStore Store(string folder = "") =>
        new(new FileBlobsOptions { Directory = _directory.Of(folder) }, NullLogger<FileBlobStore>.Instance);

    private string[] Drafts() => Directory.GetFiles(_directory.Of("blobs", "tmp"));

    private static async Task<Digest> PutAsync(FileBlobStore store, byte[] content) =>
        (await store.PutAsync(new MemoryStream(content), long.MaxValue, Token)).Value.Digest;

    private void Damage(Digest digest, Action<FileStream> how)
    {
        using var file = new FileStream(
            _directory.Of("sha256", digest.Hex[..2], digest.Hex[2..4], digest.Hex), FileMode.Open, FileAccess.ReadWrite);
        how(file);
    }

    private async Task<(long Read, BlobCorruptException? Failure)> ReadAsync(Digest digest)
    {
        await using var stream = (await Store().OpenAsync(digest, Token))!;
        var (buffer, total) = (new byte[64 * 1024], 0L);
        try
        {
            while (await stream.ReadAsync(buffer, Token) is var read and > 0)
                total += read;
            return (total, null);
        }
        catch (BlobCorruptException e)
        {
            return (total, e);
        }
    }
}
