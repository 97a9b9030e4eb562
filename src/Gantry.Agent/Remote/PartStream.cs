using Google.Protobuf;
using Grpc.Core;

namespace Gantry.Agent.Remote;

/// <summary>The parts of a layer or file as one stream, beginning with the part that was read last.</summary>
/// <param name="dataOf">Called once for each part, in their order.</param>
/// <param name="ended">Called before the reader is told that there are no more; what it throws, the reader gets instead.</param>
internal sealed class PartStream<T>(IAsyncStreamReader<T> parts, Func<T, ByteString> dataOf, Action? ended = null) : Stream
{
    private ReadOnlyMemory<byte> _rest = dataOf(parts.Current).Memory;

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_rest.IsEmpty)
        {
            if (!await parts.MoveNext(cancellationToken))
            {
                ended?.Invoke();
                return 0;
            }

            _rest = dataOf(parts.Current).Memory;
        }

        var count = Math.Min(buffer.Length, _rest.Length);
        _rest[..count].CopyTo(buffer);
        _rest = _rest[count..];
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Parts come from the network: read them with ReadAsync.");
    public override void Flush() { }
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
