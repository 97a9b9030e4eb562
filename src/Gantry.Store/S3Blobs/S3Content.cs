using Amazon.S3.Model;

namespace Gantry.Store.S3Blobs;

/// <summary>An object being read. When the connection breaks, it goes on from where it was: under the name of a digest there is only one content.</summary>
internal sealed class S3Content(S3Bucket bucket, string key, GetObjectResponse first, TimeSpan timeout) : Stream
{
    private readonly long _length = first.ContentLength;
    private GetObjectResponse? _answer = first;
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => _length;

    public override long Position { get => _position; set => throw new NotSupportedException("A blob is read from start to end."); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_position >= _length || buffer.IsEmpty)
            return 0;
        var read = await bucket.AskAsync(() => ReadOnceAsync(buffer, cancellationToken), cancellationToken);
        _position += read;
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("A blob is read from start to end.");

    public override void SetLength(long value) => throw new NotSupportedException("A blob never changes.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("A blob never changes.");

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _answer?.Dispose();
        base.Dispose(disposing);
    }

    private async Task<int> ReadOnceAsync(Memory<byte> buffer, CancellationToken token)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(token);
        limit.CancelAfter(timeout);
        try
        {
            _answer ??= await bucket.Client.GetObjectAsync(
                new GetObjectRequest { BucketName = bucket.Name, Key = key, ByteRange = new ByteRange(_position, _length - 1) }, limit.Token);
            return await _answer.ResponseStream.ReadAsync(buffer, limit.Token) is var read and > 0 ? read : throw new EndOfStreamException("The blob store sent less than it announced.");
        }
        catch (Exception e) when (S3Failures.IsOutage(e, token))
        {
            _answer?.Dispose();
            _answer = null;
            throw;
        }
    }
}
