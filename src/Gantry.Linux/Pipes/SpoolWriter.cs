using System.ComponentModel;

namespace Gantry.Linux.Pipes;

/// <summary>
/// Writes one stream to the segments of a spool directory. Nothing it has read is ever only in memory, so the
/// process may be killed at any moment. A disk that is full costs lines, which are counted, and never makes the
/// stream's writer wait. Not thread-safe.
/// </summary>
public sealed class SpoolWriter(string directory, SpoolLimits limits, TimeProvider clock) : IDisposable
{
    private static readonly byte[] Discarded = new byte[64 << 10];
    private SpoolSegment? _segment;
    private SpoolLoss? _loss;
    private long _stamped;
    private long _lastNanoseconds;
    private bool _wasOpened;

    /// <summary>Why bytes are being discarded at the moment; null when all is well.</summary>
    public string? Trouble { get; private set; }

    /// <summary>Position of the next byte in the stream.</summary>
    public long Position => _segment?.End ?? 0;

    /// <summary>Goes on where the last writer stopped. Optional: whatever writes first does it too.</summary>
    /// <exception cref="SpoolBusyException">There is another writer.</exception>
    public void Open()
    {
        try
        {
            OpenLast();
        }
        catch (IOException e) when (e is not SpoolBusyException)
        {
            Lose(e);
        }
    }

    /// <summary>Moves what a FIFO holds into the spool, or discards and counts it when there is no room.</summary>
    /// <returns>Bytes taken out of the FIFO; 0 when it is empty.</returns>
    public long Take(Fifo fifo, int atMost)
    {
        if (!IsReady(fifo)) return Discard(fifo, atMost);
        var moved = _segment!.Take(fifo, Math.Min(atMost, limits.SegmentBytes - _segment.Length));
        if (moved > 0) Stamp();
        if (moved >= 0 || -moved is Errno.TryAgain or Errno.Interrupted) return Math.Max(0, moved);
        Lose((int)-moved);
        return Discard(fifo, atMost);
    }

    /// <summary>Writes bytes, whole lines as a rule, that arrived at a time of their own.</summary>
    public void Write(ReadOnlySpan<byte> bytes, DateTimeOffset at)
    {
        while (!bytes.IsEmpty && IsReady(null))
        {
            var written = _segment!.Write(bytes[..(int)Math.Min(bytes.Length, limits.SegmentBytes - _segment.Length)]);
            if (written < 0) Lose((int)-written);
            else bytes = bytes[(int)written..];
            Stamp(at);
        }
        if (bytes.IsEmpty) return;
        _loss!.Count(bytes);
        Record();
    }

    /// <summary>Notes that the owner had to drop lines before they came here.</summary>
    public void NoteLoss(LossReason reason, long bytes, uint lines)
    {
        if (IsReady(null)) _segment!.Append(new SpoolRecord(SpoolMark.Loss, Position, Now(), reason, bytes, lines));
    }

    /// <summary>Ends the stream, and with it an unfinished line; false when there is no room yet to say so.</summary>
    public bool TryComplete()
    {
        if (!IsReady(null)) return false;
        return _segment!.Last?.Mark == SpoolMark.End || _segment.Append(new SpoolRecord(SpoolMark.End, Position, Now()));
    }

    public void Dispose() => _segment?.Dispose();

    /// <summary>True when bytes can be written: a segment with room, and everything before them is in its index.</summary>
    private bool IsReady(Fifo? fifo)
    {
        if (_loss is not null && clock.GetUtcNow() < _loss.RetryAt) return false;
        try
        {
            if (_segment is null) OpenLast();
            else if (_segment.Length >= limits.SegmentBytes || _segment.IndexLength >= limits.IndexBytes) Rotate();
            return Stamp() && (_loss is null || Resume(fifo));
        }
        catch (IOException e) when (e is not SpoolBusyException)
        {
            Lose(e);
            return false;
        }
    }
}
