namespace Gantry.Router.Edge;

/// <summary>The request body as the forwarder reads it; knows whether anything was taken and when it ended.</summary>
internal sealed class RequestBody(Stream inner, Action ended) : Stream
{
    public bool IsTouched { get; private set; }

    public bool HasEnded { get; private set; }

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken token = default)
    {
        // A read without room only asks whether there is something.
        IsTouched |= buffer.Length > 0;
        var read = await inner.ReadAsync(buffer, token).ConfigureAwait(false);
        if (read == 0 && buffer.Length > 0 && !HasEnded)
        {
            HasEnded = true;
            ended();
        }
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken token) =>
        ReadAsync(buffer.AsMemory(offset, count), token).AsTask();

    public override int Read(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("The edge never reads a request body synchronously.");

    public override void Flush() { }
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
