using Microsoft.AspNetCore.Http;

namespace Gantry.Router.Edge;

/// <summary>
/// The request body as the forwarder reads it: bounded, and aware of whether anything was taken and when it ended.
/// The bound is kept here and not by the server, whose own leaves the connection in a state in which what the client
/// still sends cannot be read away, so that the client would see a reset instead of the answer.
/// </summary>
internal sealed class RequestBody(Stream inner, long limit, Action ended) : Stream
{
    private long _count;

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
        _count += read;
        if (_count > limit)
            throw new BadHttpRequestException("The request body is over the limit.", StatusCodes.Status413PayloadTooLarge);
        if (read == 0 && buffer.Length > 0 && !HasEnded)
        {
            HasEnded = true;
            ended();
        }
        return read;
    }

    /// <summary>Reads away what the client still sends, so that it gets to see the answer; for a bounded time.</summary>
    public async Task DrainAsync(TimeSpan time, CancellationToken token)
    {
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(token);
        bounded.CancelAfter(time);
        var buffer = new byte[32 * 1024];
        try
        {
            while (await inner.ReadAsync(buffer, bounded.Token) > 0)
            {
            }
            HasEnded = true;
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The client is gone, broken or too slow: the connection closes anyway.
        }
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
