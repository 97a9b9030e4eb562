using Gantry.Linux.Pipes;

namespace Gantry.Agent.Logs;

/// <summary>
/// A place in a spool that moves forward, from segment to segment. Only bytes that the index knows are read, so
/// every line has its time.
/// </summary>
internal sealed class SpoolCursor(string directory, long position) : IDisposable
{
    private readonly byte[] _buffer = new byte[64 << 10];
    private LogPosition? _resume;
    private Segment? _segment;
    private long _record;

    /// <summary>Goes on at a position that this or another process has come to.</summary>
    public SpoolCursor(string directory, LogPosition from) : this(directory, from.Offset) => (_resume, CountsFeeds) = (from, true);

    /// <summary>Whether it is worth reading a segment's beginning to number the lines behind it.</summary>
    public bool CountsFeeds { get; init; }

    /// <summary>For who reads a spool with several cursors.</summary>
    public UnpackedSegments? Unpacked { get; init; }

    public long Position { get; private set; } = position;

    /// <summary>True when the stream has ended here.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Hands over the next piece; false when there is nothing more at the moment, or before <paramref name="limit"/>.</summary>
    /// <param name="showOpenLoss">Show a loss that still grows (a dump), or wait until it is counted (a follower).</param>
    public bool Step(LineAssembler into, long limit = long.MaxValue, bool showOpenLoss = false)
    {
        if (Position >= limit) return false;
        _segment ??= OpenHere(into);
        if (_segment is null) return false;
        if (!_segment.TryRecord(_record, out var record)) return MoveOn(into);
        if (record.Mark == SpoolMark.LossOpen && !showOpenLoss) return false;
        into.At(_segment.Start, _record);
        if (record.Mark == SpoolMark.Bytes) ReadBytes(record, limit, into);
        else if (record.Mark == SpoolMark.Begin) (into.Feeds, _record) = (record.LostBytes, _record + 1);
        else
        {
            into.Mark(record);
            HasEnded = record.Mark == SpoolMark.End;
            _record++;
        }
        return true;
    }

    /// <summary>Hands over the marks at this very position, and no bytes behind them.</summary>
    public void PassMarks(LineAssembler into)
    {
        _segment ??= OpenHere(into);
        while (_segment?.TryRecord(_record, out var record) == true && record.Offset <= Position && Step(into)) { }
    }

    /// <summary>The place as a position, for a stream that has no unfinished line here.</summary>
    public LogPosition Here(long feeds) => _resume ?? new LogPosition(Path.GetFileName(directory), _segment?.Start ?? 0, _record, Position, feeds);

    public void Dispose() => _segment?.Dispose();

    private void ReadBytes(in SpoolRecord record, long limit, LineAssembler into)
    {
        var end = Math.Min(record.Offset, limit);
        if (Position < end)
        {
            var count = _segment!.Read(Position, _buffer.AsSpan(0, (int)Math.Min(_buffer.Length, end - Position)));
            into.Feed(_buffer.AsSpan(0, count), Position, record.UnixNanoseconds);
            HasEnded = false;
            // Fewer bytes than the index promises: a power cut took them.
            Position = count == 0 ? end : Position + count;
        }
        if (Position >= record.Offset) _record++;
    }

    /// <summary>At the end of a segment: goes to the next one if there is one.</summary>
    private bool MoveOn(LineAssembler into)
    {
        var isClosed = _segment!.IsClosed;
        var next = Position > _segment.Start ? Segment.Open(directory, Position, Unpacked) : null;
        if (next is null && !isClosed) return false;
        // Its writer may have added to this one before it left it.
        if (_segment.TryRecord(_record, out _))
        {
            next?.Dispose();
            return true;
        }
        next ??= OpenBehindHole(into);
        if (next is not null) Use(next);
        return next is not null;
    }

    private Segment? OpenHere(LineAssembler into)
    {
        var files = SpoolFiles.List(directory);
        if (files.Count == 0) return null;
        if (_resume is { } from)
        {
            _resume = null;
            if (Segment.Open(directory, from.Segment, Unpacked) is { } same) return Resume(same, from, into);
        }
        if (files[0].Start > Position) return Skip(files[0], into);
        return Open(files.Last(file => file.Start <= Position).Start, into);
    }

    /// <summary>A power cut may have taken what was read already.</summary>
    private Segment Resume(Segment segment, LogPosition from, LineAssembler into)
    {
        _record = Math.Min(from.Entry, segment.Count);
        if (_record < from.Entry) Position = _record > 0 && segment.TryRecord(_record - 1, out var last) ? last.Offset : segment.Start;
        if (into.Feeds < 0) into.Feeds = Feeds(segment);
        return segment;
    }

    /// <summary>The bound, or somebody by hand, has removed what comes next.</summary>
    private Segment? OpenBehindHole(LineAssembler into)
    {
        var files = SpoolFiles.List(directory);
        var isAnew = files.Count > 0 && files[^1].Start < _segment!.Start;
        if (isAnew) return Skip(files[0], into);
        var behind = files.Where(file => file.Start > Position).Take(1).ToList();
        return behind.Count == 0 ? null : Skip(behind[0], into);
    }

    private Segment? Skip(SpoolFile to, LineAssembler into)
    {
        into.Gap(Position, to.Start, to.WrittenAt);
        Position = to.Start;
        return Open(to.Start, into);
    }

    private Segment? Open(long start, LineAssembler into)
    {
        var segment = Segment.Open(directory, start, Unpacked);
        _record = segment?.Find(Position) ?? 0;
        if (segment is not null && CountsFeeds && into.Feeds < 0) into.Feeds = Feeds(segment);
        return segment;
    }

    /// <summary>Line feeds before the position: those that the segment begins with, and those in it.</summary>
    private long Feeds(Segment segment)
    {
        if (!segment.TryRecord(0, out var begin) || begin.Mark != SpoolMark.Begin) return -1;
        var feeds = begin.LostBytes;
        for (var at = segment.Start; at < Position;)
        {
            var count = segment.Read(at, _buffer.AsSpan(0, (int)Math.Min(_buffer.Length, Position - at)));
            if (count == 0) break;
            feeds += _buffer.AsSpan(0, count).Count((byte)'\n');
            at += count;
        }
        return feeds;
    }

    private void Use(Segment segment)
    {
        _segment?.Dispose();
        _segment = segment;
        _record = segment.Find(Position);
    }
}
