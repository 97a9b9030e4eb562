namespace Gantry.Linux.Pipes;

/// <summary>
/// Writes one stream to the segments of a spool directory. Nothing it has read is ever only in memory, so the
/// process may be killed at any moment. A disk that is full costs lines, which are counted, and never makes the
/// stream's writer wait. Not thread-safe.
/// </summary>
internal sealed class SpoolWriter(string directory, SpoolLimits limits, TimeProvider clock) : IDisposable
{
    private readonly SpoolSegments _segments = new(directory, limits);
    private readonly LogBudget? _budget = limits.Rate is { } rate ? new LogBudget(rate) : null;
    private SpoolSegment? _segment;
    private SpoolLoss? _loss;
    private long _lostBefore;
    private long _stamped;
    private long _lastNanoseconds;

    /// <summary>Why bytes are being discarded at the moment; null when all is well.</summary>
    public string? Trouble => _loss?.Cause;

    /// <summary>True while bytes are being discarded, for whatever reason.</summary>
    public bool IsLosing => _loss is not null;

    /// <summary>Lines that were discarded since this writer began.</summary>
    public long LostLines => _lostBefore + (_loss?.Lines ?? 0);

    /// <summary>Position of the next byte in the stream.</summary>
    public long Position => _segment?.End ?? 0;

    /// <summary>Goes on where the last writer stopped. Optional: whatever writes first does it too.</summary>
    /// <exception cref="SpoolBusyException">There is another writer.</exception>
    public void Open() => IsReady(null);

    /// <summary>Moves what a FIFO holds into the spool, or discards and counts it when there is no room.</summary>
    /// <returns>Bytes taken out of the FIFO; 0 when it is empty.</returns>
    public long Take(Fifo fifo, int atMost)
    {
        if (!IsReady(fifo)) return Discard(fifo);
        var allowed = _budget?.Allowance(clock.GetUtcNow()) ?? long.MaxValue;
        if (allowed <= 0)
        {
            Lose(SpoolLoss.OverRate(), until: _budget!.Ends);
            return Discard(fifo);
        }
        var moved = _segment!.Take(fifo, Math.Min(Math.Min(atMost, allowed), limits.SegmentBytes - _segment.Length));
        if (moved > 0)
        {
            Stamp(clock.GetUtcNow());
            var feeds = _segment.CountFeeds(moved);
            _budget?.Spend(feeds, moved);
        }
        if (moved >= 0 || -moved is Errno.TryAgain or Errno.Interrupted) return Math.Max(0, moved);
        Lose(SpoolLoss.From((int)-moved));
        return Discard(fifo);
    }

    /// <summary>Writes bytes, whole lines as a rule, that arrived at a time of their own. What is above the rate is discarded and counted.</summary>
    public void Write(ReadOnlySpan<byte> bytes, DateTimeOffset at)
    {
        if (_budget is null || !IsReady(null))
        {
            Put(bytes, at);
            return;
        }
        var taken = _budget.Affordable(bytes, clock.GetUtcNow());
        _budget.Spend(bytes[..taken].Count((byte)'\n'), taken);
        Put(bytes[..taken], at);
        if (taken == bytes.Length) return;
        Lose(SpoolLoss.OverRate(), until: _budget.Ends);
        Put(bytes[taken..], at);
    }

    private void Put(ReadOnlySpan<byte> bytes, DateTimeOffset at)
    {
        while (!bytes.IsEmpty && IsReady(null))
        {
            var written = _segment!.Write(bytes[..(int)Math.Min(bytes.Length, limits.SegmentBytes - _segment.Length)]);
            if (written < 0) Lose(SpoolLoss.From((int)-written));
            else bytes = bytes[(int)written..];
            Stamp(at);
        }
        if (bytes.IsEmpty) return;
        _loss!.Count(bytes);
        Record();
    }

    /// <summary>Notes lines that the owner had to drop before they came here; false when there is no room yet to say so.</summary>
    public bool TryNoteLoss(LossReason reason, long bytes, uint lines) =>
        IsReady(null) && _segment!.Append(new SpoolRecord(SpoolMark.Loss, Position, Now(clock.GetUtcNow()), reason, bytes, lines));

    /// <summary>Ends the stream, and with it an unfinished line; false when there is no room yet to say so.</summary>
    public bool TryComplete()
    {
        if (_loss is { IsOverRate: true }) KeepLastWords(_loss);
        return IsReady(null) && (_segment!.Last?.Mark == SpoolMark.End
            || _segment.Append(new SpoolRecord(SpoolMark.End, Position, Now(clock.GetUtcNow()))));
    }

    public void Dispose() => _segment?.Dispose();

    private void KeepLastWords(SpoolLoss loss)
    {
        var words = loss.TakeBack();
        loss.RetryAt = DateTimeOffset.MinValue;
        Put(words, clock.GetUtcNow());
    }

    /// <summary>True when bytes can be written now: there is a segment, and its index knows all that came before.</summary>
    private bool IsReady(Fifo? fifo)
    {
        if (_loss is not null && clock.GetUtcNow() < _loss.RetryAt) return false;
        try
        {
            if (_segment is null) Continue(_segments.OpenLast());
            if (!Stamp(clock.GetUtcNow())) return Lose(SpoolLoss.From(Errno.NoSpace));
            if (_loss is not null && !Resume(fifo)) return false;
            if (_segments.IsFull(_segment!)) Rotate();
            return _segment!.HasIndexRoom() || Lose(SpoolLoss.From(Errno.NoSpace));
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException and not SpoolBusyException)
        {
            return Lose(SpoolLoss.From(e));
        }
    }

    private void Continue(SpoolSegment segment)
    {
        _segment = segment;
        _stamped = segment.Last?.Offset ?? segment.Start;
        _lastNanoseconds = Math.Max(_lastNanoseconds, segment.Last?.UnixNanoseconds ?? 0);
        // The writer before was killed while the disk was full; what it counted is all that can be known.
        if (segment.Last is { Mark: SpoolMark.LossOpen } loss) segment.Replace(loss with { Mark = SpoolMark.Loss });
    }

    private void Rotate()
    {
        var next = _segments.OpenNext(_segment!);
        _segment!.Dispose();
        Continue(next);
    }

    /// <summary>Ends a loss once there is a useful amount of room again.</summary>
    private bool Resume(Fifo? fifo)
    {
        if (fifo is not null) _loss!.DiscardToLineEnd(fifo);
        if (!_segment!.HasRoom() || !(_loss!.IsEmpty || Record())) return Lose(_loss!);
        if (!_loss.IsEmpty) _segment.Replace(_loss!.ToRecord(SpoolMark.Loss, _segment.End, _lastNanoseconds));
        (_lostBefore, _loss) = (LostLines, null);
        return true;
    }

    private bool Lose(SpoolLoss loss, DateTimeOffset? until = null)
    {
        _loss ??= loss;
        _loss.RetryAt = until ?? clock.GetUtcNow() + limits.RetryAfter;
        return false;
    }

    private long Discard(Fifo fifo)
    {
        var count = _loss!.Discard(fifo);
        if (count > 0) Record();
        return count;
    }

    /// <summary>Keeps the loss written down while it grows: the process may be killed meanwhile.</summary>
    private bool Record()
    {
        if (_segment is null || !Stamp(clock.GetUtcNow())) return false;
        var record = _loss!.ToRecord(SpoolMark.LossOpen, _segment.End, Now(clock.GetUtcNow()));
        return _loss.IsRecorded ? _segment.Replace(record) : _loss.IsRecorded = _segment.Append(record);
    }

    private bool Stamp(DateTimeOffset at)
    {
        if (_segment is null || _segment.End == _stamped) return true;
        if (!_segment.Append(new SpoolRecord(SpoolMark.Bytes, _segment.End, Now(at)))) return false;
        _stamped = _segment.End;
        return true;
    }

    /// <summary>The order of the bytes is the truth; a clock that is set back does not reverse it.</summary>
    private long Now(DateTimeOffset at) =>
        _lastNanoseconds = Math.Max(_lastNanoseconds, (at - DateTimeOffset.UnixEpoch).Ticks * 100);
}
