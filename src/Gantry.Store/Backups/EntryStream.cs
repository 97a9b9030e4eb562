using System.Security.Cryptography;

namespace Gantry.Store.Backups;

/// <summary>
/// Content of known length on its way into the archive. It is hashed by the way; where the source ends too early or
/// fails at its end, zeros take its place, so that the archive stays whole and the failure can be told.
/// </summary>
internal sealed class EntryStream(Stream source, long length) : Stream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _position;

    /// <summary>Why the source did not give what it promised; null when it did.</summary>
    public IOException? Failure { get; private set; }

    public string Sha256 => Convert.ToHexStringLower(_hash.GetCurrentHash());

    public override bool CanRead => true;

    /// <summary>Not true, but the writer of the archive takes the length only from who says so.</summary>
    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position
    {
        get => _position;
        set
        {
            if (value != _position)
                throw new NotSupportedException("An entry is read from start to end.");
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var wanted = buffer[..(int)Math.Min(buffer.Length, length - _position)];
        if (wanted.IsEmpty)
            return 0;
        var read = Failure is null ? await TryReadAsync(wanted, cancellationToken) : 0;
        if (read == 0)
        {
            Failure ??= new EndOfStreamException("It ended too early.");
            wanted.Span.Clear();
            read = wanted.Length;
        }

        _hash.AppendData(wanted.Span[..read]);
        _position += read;
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("An entry is read asynchronously.");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("An entry is read from start to end.");

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _hash.Dispose();
        base.Dispose(disposing);
    }

    private async ValueTask<int> TryReadAsync(Memory<byte> buffer, CancellationToken token)
    {
        try
        {
            return await source.ReadAsync(buffer, token);
        }
        catch (IOException e)
        {
            Failure = e;
            return 0;
        }
    }
}
