namespace Gantry.Linux.Pipes;

/// <summary>Bytes that are being discarded at one place of the stream.</summary>
internal sealed class SpoolLoss(LossReason reason, long offset)
{
    /// <summary>Gives up on finding a line's end after this many bytes: binary output may have none.</summary>
    private const int AlignmentBytes = 4096;
    private long _bytes;
    private uint _lines;
    private bool _endsLine;

    /// <summary>True once the index holds an entry for it.</summary>
    public bool IsRecorded { get; set; }

    public DateTimeOffset RetryAt { get; set; }

    public SpoolRecord ToRecord(SpoolMark mark, long now) => new(mark, offset, now, reason, _bytes, _lines);

    public void Count(ReadOnlySpan<byte> discarded)
    {
        if (discarded.IsEmpty) return;
        _bytes += discarded.Length;
        _lines += (uint)discarded.Count((byte)'\n');
        _endsLine = discarded[^1] == '\n';
    }

    /// <summary>Discards the rest of a line that has lost its beginning, so that what is kept starts with a whole one.</summary>
    public void DiscardToLineEnd(Fifo fifo)
    {
        Span<byte> one = stackalloc byte[1];
        for (var budget = AlignmentBytes; !_endsLine && budget > 0 && fifo.Read(one) == 1; budget--) Count(one);
    }
}
