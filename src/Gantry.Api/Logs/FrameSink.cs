using System.Buffers;
using System.Net.WebSockets;
using Gantry.Agent.Logs;
using Gantry.Contracts.V1;
using Microsoft.AspNetCore.Http;

namespace Gantry.Api.Logs;

/// <summary>Frames on their way to one follower: many go at once when there are many, and one goes at once when it is alone.</summary>
internal abstract class FrameSink
{
    private const int Full = 64 << 10;

    protected ArrayBufferWriter<byte> Buffer { get; } = new(4096);

    public bool IsFull => Buffer.WrittenCount >= Full;

    public void Add(LogFrame frame)
    {
        Begin(frame.Event);
        LogFrames.Write(frame, Buffer);
        End();
    }

    public void Add(in LogLineView line, bool withPosition)
    {
        Begin("log");
        LogFrames.Write(line, withPosition, Buffer);
        End();
    }

    public async ValueTask FlushAsync(CancellationToken token)
    {
        if (Buffer.WrittenCount == 0) return;
        await SendAsync(token);
        Buffer.ResetWrittenCount();
    }

    protected abstract void Begin(string name);

    protected abstract void End();

    protected abstract ValueTask SendAsync(CancellationToken token);
}

/// <summary>An event stream (server-sent events).</summary>
internal sealed class EventStreamSink(HttpResponse response) : FrameSink
{
    protected override void Begin(string name)
    {
        if (name == "log")
            Buffer.Write("event: log\ndata: "u8);
        else
            Buffer.Write(System.Text.Encoding.UTF8.GetBytes($"event: {name}\ndata: "));
    }

    protected override void End() => Buffer.Write("\n\n"u8);

    // Writing to the body sends; there is nothing in between to be flushed.
    protected override async ValueTask SendAsync(CancellationToken token)
    {
        await response.Body.WriteAsync(Buffer.WrittenMemory, token);
        await response.Body.FlushAsync(token);
    }
}

/// <summary>A WebSocket: each frame is a message.</summary>
internal sealed class SocketSink(WebSocket socket) : FrameSink
{
    private readonly List<int> _ends = [];

    protected override void Begin(string name)
    {
    }

    protected override void End() => _ends.Add(Buffer.WrittenCount);

    protected override async ValueTask SendAsync(CancellationToken token)
    {
        var from = 0;
        foreach (var end in _ends)
        {
            await socket.SendAsync(Buffer.WrittenMemory[from..end], WebSocketMessageType.Text, endOfMessage: true, token);
            from = end;
        }

        _ends.Clear();
    }
}
