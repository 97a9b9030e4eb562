using System.Security.Cryptography;
using Gantry.Domain;

namespace Gantry.Store.Blobs;

/// <summary>Reads a blob once, forward. The read that would return its last byte throws if the content is not what its digest says.</summary>
internal sealed class VerifyingStream(Stream content, long length, Digest digest) : Stream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _position;
    private bool _verified;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    /// <summary>Known although the stream cannot seek, so that a server can announce it.</summary>
    public override long Length => length;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException("A blob is read from start to end.");
    }

    public override int Read(Span<byte> buffer) => Account(content.Read(buffer), buffer);

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await content.ReadAsync(buffer, cancellationToken);
        return Account(read, buffer.Span);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("A blob is read from start to end.");

    public override void SetLength(long value) => throw new NotSupportedException("A blob never changes.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("A blob never changes.");

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            content.Dispose();
            _hash.Dispose();
        }

        base.Dispose(disposing);
    }

    private int Account(int read, ReadOnlySpan<byte> buffer)
    {
        _hash.AppendData(buffer[..read]);
        _position += read;
        var atEnd = _position >= length || (read == 0 && buffer.Length > 0);
        if (atEnd && !_verified)
            Verify();
        return read;
    }

    private void Verify()
    {
        if (Digest.FromSha256(_hash.GetCurrentHash()) != digest)
            throw new BlobCorruptException(digest);
        _verified = true;
    }
}
