using System.Net;

namespace Gantry.Router.Forwarding;

/// <summary>
/// Sends each piece of a chunked upload on at once. The HTTP client keeps small writes until its buffer is full, which
/// would hold back what the client meant to be read now.
/// </summary>
internal sealed class StreamedUpload(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Content is { } content && !content.Headers.NonValidated.Contains("Content-Length"))
            request.Content = new FlushedContent(content);
        return base.SendAsync(request, cancellationToken);
    }

    private sealed class FlushedContent : HttpContent
    {
        private readonly HttpContent _inner;

        public FlushedContent(HttpContent inner)
        {
            _inner = inner;
            foreach (var (name, values) in inner.Headers.NonValidated)
                Headers.TryAddWithoutValidation(name, values);
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
            _inner.CopyToAsync(new FlushingStream(stream), context, cancellationToken);

        protected override bool TryComputeLength(out long length)
        {
            length = -1;
            return false;
        }
    }

    private sealed class FlushingStream(Stream inner) : Stream
    {
        public override bool CanRead => false;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken token = default)
        {
            await inner.WriteAsync(buffer, token).ConfigureAwait(false);
            await inner.FlushAsync(token).ConfigureAwait(false);
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken token) =>
            WriteAsync(buffer.AsMemory(offset, count), token).AsTask();

        public override Task FlushAsync(CancellationToken token) => inner.FlushAsync(token);
        public override void Flush() => throw new NotSupportedException("The edge never writes synchronously.");
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("The edge never writes synchronously.");
        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
