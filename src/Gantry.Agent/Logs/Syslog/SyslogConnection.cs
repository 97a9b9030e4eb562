using System.Buffers;

namespace Gantry.Agent.Logs.Syslog;

/// <summary>Reads one sender's connection. It may do whatever it likes: it costs itself only.</summary>
internal sealed class SyslogConnection(SyslogSources sources, SyslogCounters counters, SyslogOptions options, TimeProvider clock)
{
    /// <summary>So many things that are no syslog, one after the other, and the rest will not be either.</summary>
    private const int MaxMalformed = 100;
    private readonly SyslogFrames _frames = new(options.MaxMessageBytes);
    private readonly ArrayBufferWriter<byte> _lines = new(4096);
    private SyslogSink? _sink;
    private int _malformed;

    /// <summary>True once it has sent a line with a known tag.</summary>
    public bool IsKnown { get; private set; }

    public long LastReceived { get; private set; } = clock.GetTimestamp();

    /// <summary>Returns when the sender has closed, or when it is better closed.</summary>
    /// <exception cref="OperationCanceledException">It is told to stop, or a message took longer than one may.</exception>
    public async Task RunAsync(Stream stream, CancellationToken token)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(token);
        for (var began = 0L; ;)
        {
            if (!_frames.HasBegun) began = 0;
            else if (began == 0) began = clock.GetTimestamp();
            // The clock of a message runs from its first byte on: a byte now and then does not help.
            limit.CancelAfter(began == 0 ? Timeout.InfiniteTimeSpan : Max(options.FrameTimeout - clock.GetElapsedTime(began)));
            var count = await stream.ReadAsync(_frames.Room(), limit.Token);
            if (count == 0) break;
            LastReceived = clock.GetTimestamp();
            _frames.Received(count);
            var messages = TakeAll();
            if (messages < 0) return;
            if (messages > 0) began = 0;
        }
        if (_frames.TryLast()) Keep(_frames.Message.Span);
        Flush();
    }

    private static TimeSpan Max(TimeSpan left) => left > TimeSpan.Zero ? left : TimeSpan.FromMilliseconds(1);

    /// <returns>Number of messages, -1 when the connection should be closed.</returns>
    private int TakeAll()
    {
        for (var messages = 0; ; messages++)
        {
            switch (_frames.Next())
            {
                case FrameKind.Incomplete:
                    Flush();
                    return messages;
                case FrameKind.Message:
                    Keep(_frames.Message.Span);
                    break;
                case FrameKind.Cut:
                    NoteCut(_frames.Cut);
                    break;
                case FrameKind.Malformed:
                    counters.Malformed();
                    if (++_malformed < MaxMalformed) break;
                    Flush();
                    return -1;
                case FrameKind.Hopeless:
                    counters.Malformed();
                    Flush();
                    return -1;
            }
        }
    }

    private void Keep(ReadOnlySpan<byte> message)
    {
        if (!SyslogMessage.TryParse(message, out var tag, out var text))
        {
            counters.Malformed();
            _malformed++;
            Use(null);
            return;
        }
        _malformed = 0;
        var sink = sources.Find(tag);
        Use(sink);
        if (sink is null)
        {
            counters.Unknown();
            return;
        }
        IsKnown = true;
        _lines.Write(text);
        _lines.Write("\n"u8);
        if (_lines.WrittenCount >= options.MaxMessageBytes) Flush();
    }

    private void NoteCut(long bytes)
    {
        Flush();
        if (bytes > 0) _sink?.NoteCut(bytes);
    }

    private void Use(SyslogSink? sink)
    {
        if (sink == _sink) return;
        Flush();
        _sink = sink;
    }

    private void Flush()
    {
        if (_lines.WrittenCount == 0) return;
        _sink?.Write(_lines.WrittenSpan);
        _lines.ResetWrittenCount();
    }
}
