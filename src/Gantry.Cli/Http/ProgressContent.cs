using System.Net;
using System.Net.Http.Headers;

namespace Gantry.Cli.Http;

/// <summary>A file as a request body of known length that tells how much of it has been sent.</summary>
internal sealed class ProgressContent : HttpContent
{
    private const int Chunk = 64 * 1024;
    private readonly string _path;
    private readonly Action<long> _report;

    public ProgressContent(string path, string mediaType, Action<long> report)
    {
        (_path, _report) = (path, report);
        Headers.ContentType = new MediaTypeHeaderValue(mediaType);
    }

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(_path);
        var buffer = new byte[Chunk];
        var sent = 0L;
        for (int count; (count = await file.ReadAsync(buffer, cancellationToken)) > 0; _report(sent += count))
            await stream.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override bool TryComputeLength(out long length)
    {
        length = new FileInfo(_path).Length;
        return true;
    }
}
