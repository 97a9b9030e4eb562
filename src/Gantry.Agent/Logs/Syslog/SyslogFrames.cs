namespace Gantry.Agent.Logs.Syslog;

/// <summary>What the bytes of a connection turned out to be.</summary>
internal enum FrameKind
{
    /// <summary>More bytes are needed.</summary>
    Incomplete,
    Message,

    /// <summary>The rest of the message before was too long and has been discarded: <see cref="SyslogFrames.Cut"/> bytes.</summary>
    Cut,

    /// <summary>No syslog; skipped up to the end of the line.</summary>
    Malformed,

    /// <summary>A count of octets that no message can have: nothing behind it can be understood.</summary>
    Hopeless,
}

/// <summary>
/// Cuts a byte stream into messages, octet-counted or ended by a line feed, whichever each one begins with (RFC 6587).
/// Holds at most one message.
/// </summary>
internal sealed class SyslogFrames(int maxMessageBytes)
{
    private const int FirstBuffer = 8 << 10, MaxDigits = 7;
    private byte[] _buffer = new byte[FirstBuffer];
    private int _start;
    private int _end;
    private long _skip;
    private bool _skipsLine;

    /// <summary>The message that was found last, valid until the next call.</summary>
    public ReadOnlyMemory<byte> Message { get; private set; }

    /// <summary>Bytes discarded of the message before.</summary>
    public long Cut { get; private set; }

    /// <summary>True while a message has begun and is not complete.</summary>
    public bool HasBegun => _end > _start || _skip > 0 || _skipsLine;

    private Span<byte> Unread => _buffer.AsSpan(_start, _end - _start);

    /// <summary>Room for the next bytes; never empty.</summary>
    public Memory<byte> Room()
    {
        if (_start > 0) Unread.CopyTo(_buffer);
        (_start, _end) = (0, _end - _start);
        if (_end == _buffer.Length) Array.Resize(ref _buffer, Math.Min(_buffer.Length * 2, maxMessageBytes + MaxDigits + 2));
        return _buffer.AsMemory(_end);
    }

    public void Received(int count) => _end += count;

    public FrameKind Next()
    {
        if (_skip > 0 || _skipsLine) return Skip();
        while (_end > _start && _buffer[_start] is (byte)'\n' or (byte)'\r' or 0 or (byte)' ') _start++;
        if (_end == _start) return FrameKind.Incomplete;
        return _buffer[_start] switch
        {
            (byte)'<' => Line(),
            >= (byte)'1' and <= (byte)'9' => Counted(),
            _ => NoSyslog(),
        };
    }

    /// <summary>The connection has ended: what there is of a message counts as one.</summary>
    public bool TryLast()
    {
        if (_skip > 0 || _skipsLine || _end == _start) return false;
        var begin = Unread.IndexOf((byte)'<');
        if (begin < 0 || begin > MaxDigits + 1) return false;
        Take(begin, _end - _start - begin);
        return true;
    }

    private FrameKind Line()
    {
        var feed = Unread.IndexOf((byte)'\n');
        if (feed < 0 && _end - _start < maxMessageBytes) return FrameKind.Incomplete;
        if (feed >= 0 && feed <= maxMessageBytes) return Take(0, feed);
        _skipsLine = true;
        return Take(0, maxMessageBytes);
    }

    private FrameKind Counted()
    {
        var (count, digits) = (0, 0);
        while (digits < Unread.Length && digits <= MaxDigits && Unread[digits] is >= (byte)'0' and <= (byte)'9')
            count = count * 10 + Unread[digits++] - '0';
        if (digits > MaxDigits) return FrameKind.Hopeless;
        if (digits == Unread.Length) return FrameKind.Incomplete;
        if (Unread[digits] != ' ') return NoSyslog();
        var kept = Math.Min(count, maxMessageBytes);
        if (Unread.Length < digits + 1 + kept) return FrameKind.Incomplete;
        _skip = count - kept;
        return Take(digits + 1, kept);
    }

    private FrameKind NoSyslog()
    {
        _skipsLine = true;
        Message = default;
        return FrameKind.Malformed;
    }

    private FrameKind Take(int from, int count)
    {
        Message = _buffer.AsMemory(_start + from, count);
        _start += from + count;
        Cut = 0;
        return FrameKind.Message;
    }

    private FrameKind Skip()
    {
        var feed = _skipsLine ? Unread.IndexOf((byte)'\n') : -1;
        var count = feed >= 0 ? feed : _skipsLine ? Unread.Length : (int)Math.Min(_skip, Unread.Length);
        _start += count;
        Cut += count;
        _skip -= _skipsLine ? 0 : count;
        _skipsLine &= feed < 0;
        return _skip > 0 || _skipsLine ? FrameKind.Incomplete : FrameKind.Cut;
    }
}
