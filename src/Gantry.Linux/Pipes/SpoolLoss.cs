using System.ComponentModel;

namespace Gantry.Linux.Pipes;

/// <summary>Bytes that are being discarded at one place of the stream.</summary>
internal sealed class SpoolLoss
{
    /// <summary>Gives up on finding a line's end after this many bytes: binary output may have none.</summary>
    private const int AlignmentBytes = 4096;

    /// <summary>The end of what was discarded for its rate: the last words of a container tell why it died.</summary>
    private const int TailBytes = 8 << 10;

    [ThreadStatic]
    private static byte[]? t_sink;
    private byte[] _tail = [];
    private LossReason _reason;
    private long _bytes;
    private uint _lines;
    private bool _endsLine;

    /// <summary>What an operator should know of it; null when it is the tenant's affair.</summary>
    public string? Cause { get; private init; }

    /// <summary>True while nothing was discarded yet: a hiccup without a loss.</summary>
    public bool IsEmpty => _bytes == 0;

    /// <summary>True once the index holds an entry for it.</summary>
    public bool IsRecorded { get; set; }

    public uint Lines => _lines;

    public DateTimeOffset RetryAt { get; set; }

    public static SpoolLoss From(int errno) => new()
    {
        _reason = Errno.MeansFull(errno) ? LossReason.DiskFull : LossReason.WriteFailed,
        Cause = new Win32Exception(errno).Message,
    };

    public static SpoolLoss From(Exception e) => new()
    {
        _reason = Errno.MeansFull(e.HResult) ? LossReason.DiskFull : LossReason.WriteFailed,
        Cause = e.Message,
    };

    public static SpoolLoss OverRate() => new() { _reason = LossReason.Rate };

    public SpoolRecord ToRecord(SpoolMark mark, long offset, long now) => new(mark, offset, now, _reason, _bytes, _lines);

    public bool IsOverRate => _reason == LossReason.Rate;

    /// <summary>The last whole lines that were discarded; they count as lost no longer.</summary>
    public byte[] TakeBack()
    {
        var whole = _tail.Length < _bytes ? _tail[(_tail.IndexOf((byte)'\n') + 1)..] : _tail;
        _bytes -= whole.Length;
        _lines -= (uint)whole.AsSpan().Count((byte)'\n');
        return whole;
    }

    public void Count(ReadOnlySpan<byte> discarded)
    {
        if (IsOverRate)
            _tail = discarded.Length >= TailBytes
                ? discarded[^TailBytes..].ToArray()
                : [.. _tail.AsSpan(Math.Max(0, _tail.Length + discarded.Length - TailBytes)), .. discarded];
        _bytes += discarded.Length;
        _lines += (uint)discarded.Count((byte)'\n');
        _endsLine = discarded[^1] == '\n';
    }

    /// <summary>Takes what the FIFO holds, so that its writers go on.</summary>
    public int Discard(Fifo fifo)
    {
        var sink = t_sink ??= new byte[64 << 10];
        var count = fifo.Read(sink);
        if (count > 0) Count(sink.AsSpan(0, count));
        return count;
    }

    /// <summary>Discards the rest of a line that has lost its beginning, so that what is kept starts with a whole one.</summary>
    public void DiscardToLineEnd(Fifo fifo)
    {
        Span<byte> one = stackalloc byte[1];
        for (var budget = AlignmentBytes; !IsEmpty && !_endsLine && budget > 0 && fifo.Read(one) == 1; budget--) Count(one);
    }
}
