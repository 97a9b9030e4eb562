using System.Buffers;
using Gantry.Agent.Logs;
using Microsoft.AspNetCore.Http;

namespace Gantry.Api.Logs;

/// <summary>Lines as text, which it disposes. Every line ends in a line feed: clients drop a last one that does not.</summary>
internal sealed class LogDump(LogBatch lines) : IResult
{
    private const int Full = 64 << 10;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        using var _ = lines;
        httpContext.Response.ContentType = "text/plain; charset=utf-8";
        httpContext.Response.ContentLength = Length();
        var buffer = new ArrayBufferWriter<byte>(Full + 1024);
        for (var i = 0; i < lines.Count; i++)
        {
            LogLineFormat.Write(lines[i], buffer);
            if (buffer.WrittenCount < Full && i < lines.Count - 1)
                continue;
            await httpContext.Response.Body.WriteAsync(buffer.WrittenMemory, httpContext.RequestAborted);
            buffer.ResetWrittenCount();
        }
    }

    private long Length()
    {
        var length = 0L;
        for (var i = 0; i < lines.Count; i++)
            length += LogLineFormat.Length(lines[i]);
        return length;
    }
}
