using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using Gantry.Domain;
using Gantry.Store.Blobs;
using Microsoft.Extensions.Options;
using ZstdSharp;

namespace Gantry.Api.Registry;

/// <summary>How a stored blob becomes a layer of an image.</summary>
internal enum LayerKind
{
    /// <summary>The root of a stack, as it is.</summary>
    Root,
    /// <summary>What a build made, placed under <c>/app</c>.</summary>
    App,
}

/// <summary>A layer as clients get it: an uncompressed tar, so its digest is its diff id too. Size in bytes.</summary>
internal sealed record PlainLayer(Digest Stored, LayerKind Kind, Digest Digest, long Size);

/// <summary>
/// Layers as uncompressed tars: the form every client reads, and the only one whose digest no compressor decides. They
/// are made while they are sent; only their digests are kept, as small files, so that nothing takes disk twice.
/// </summary>
internal sealed class PlainLayers(IBlobStore blobs, TimeProvider time, IOptions<ApiOptions> options)
{
    private static readonly TimeSpan _draftLifetime = TimeSpan.FromHours(1);
    private readonly ConcurrentDictionary<(Digest, LayerKind), Lazy<Task<PlainLayer?>>> _known = [];
    private readonly string _folder = Path.Combine(options.Value.DataFolder, "registry");

    /// <summary>Null when the blob is gone. The first time reads the whole blob; concurrent callers share that.</summary>
    public async Task<PlainLayer?> DescribeAsync(Digest stored, LayerKind kind, CancellationToken token)
    {
        var shared = _known.GetOrAdd((stored, kind), _ => new Lazy<Task<PlainLayer?>>(() => Task.Run(() => FindAsync(stored, kind), CancellationToken.None)));
        try
        {
            if (await shared.Value.WaitAsync(token) is { } layer && await blobs.ExistsAsync(stored, token))
                return layer;
        }
        catch when (!shared.Value.IsFaulted)
        {
            // This caller left; the others go on waiting.
            throw;
        }
        catch
        {
            _known.TryRemove(new((stored, kind), shared));
            throw;
        }

        _known.TryRemove(new((stored, kind), shared));
        return null;
    }

    /// <returns>False when the blob is gone; nothing was written then.</returns>
    /// <exception cref="BlobCorruptException">It is damaged, which shows at its end.</exception>
    public async Task<bool> WriteAsync(Digest stored, LayerKind kind, Stream output, CancellationToken token)
    {
        await using var blob = await blobs.OpenAsync(stored, token);
        if (blob is null)
            return false;
        await using var tar = new DecompressionStream(blob, leaveOpen: true);
        if (kind == LayerKind.App)
            await AppLayerTar.WriteAsync(tar, output, token);
        else
            await tar.CopyToAsync(output, 128 * 1024, token);
        // The digest is checked at the last byte, which a reader of the archive need not reach.
        await tar.CopyToAsync(Stream.Null, token);
        await blob.CopyToAsync(Stream.Null, token);
        return true;
    }

    /// <summary>Forgets the layers whose blobs are gone, and what a killed process left half written.</summary>
    public async Task CollectAsync(CancellationToken token)
    {
        if (!Directory.Exists(_folder))
            return;
        foreach (var file in Directory.GetFiles(_folder))
        {
            if (ParseName(Path.GetFileName(file)) is not var (kind, stored))
            {
                if (time.GetUtcNow() - File.GetLastWriteTimeUtc(file) > _draftLifetime)
                    File.Delete(file);
                continue;
            }

            if (await blobs.ExistsAsync(stored, token))
                continue;
            File.Delete(file);
            _known.TryRemove((stored, kind), out _);
        }
    }

    private async Task<PlainLayer?> FindAsync(Digest stored, LayerKind kind)
    {
        var file = Path.Combine(_folder, NameOf(kind, stored));
        if (File.Exists(file) && Parse(await File.ReadAllTextAsync(file)) is var (digest, size))
            return new PlainLayer(stored, kind, digest, size);
        await using var hash = new HashingStream();
        if (!await WriteAsync(stored, kind, hash, CancellationToken.None))
            return null;
        var layer = new PlainLayer(stored, kind, hash.Digest, hash.Position);
        Directory.CreateDirectory(_folder);
        var draft = $"{file}.{Guid.NewGuid():N}";
        await File.WriteAllTextAsync(draft, string.Create(CultureInfo.InvariantCulture, $"{layer.Digest} {layer.Size}"));
        File.Move(draft, file, overwrite: true);
        return layer;
    }

    private static string NameOf(LayerKind kind, Digest stored) => $"{kind.ToString().ToLowerInvariant()}-{stored.Hex}";

    private static (LayerKind, Digest)? ParseName(string name) =>
        name.Split('-') is [var word, var hex] && Enum.TryParse<LayerKind>(word, ignoreCase: true, out var kind) && Digest.IsValid("sha256:" + hex)
            ? (kind, new Digest("sha256:" + hex))
            : null;

    private static (Digest, long)? Parse(string text) =>
        text.Split(' ') is [var digest, var size] && Digest.IsValid(digest) && long.TryParse(size, CultureInfo.InvariantCulture, out var bytes)
            ? (new Digest(digest), bytes)
            : null;

    /// <summary>Counts and hashes what is written to it.</summary>
    private sealed class HashingStream : Stream
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private long _written;

        public Digest Digest => Digest.FromSha256(_hash.GetCurrentHash());

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => _written;

        public override long Position { get => _written; set => throw new NotSupportedException(); }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            _hash.AppendData(buffer);
            _written += buffer.Length;
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Write(buffer.Span);
            return ValueTask.CompletedTask;
        }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            _hash.Dispose();
            base.Dispose(disposing);
        }
    }
}
