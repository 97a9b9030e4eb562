using System.Buffers;
using System.Text;
using Gantry.Linux.Pipes;

namespace Gantry.Agent.Logs;

/// <summary>Makes lines of a stream's bytes. A line has the time at which its first byte arrived.</summary>
internal sealed class LineAssembler(string directory, int maxLineBytes)
{
    private readonly string _source = AppLogPaths.SourceOf(directory);
    private readonly string _spool = Path.GetFileName(directory);
    private readonly ArrayBufferWriter<byte> _partial = new(256);
    private long _partialAt;
    private long _segment;
    private long _entry;
    private Missed? _missed;

    /// <summary>Lines that are ready; the reader takes them out.</summary>
    public LogBatch Lines { get; } = new();

    /// <summary>True while the bytes belong to a line whose beginning was not seen, which is not shown.</summary>
    public bool IsSkipping { get; set; }

    /// <summary>Line feeds of the stream before the next byte, -1 when that is not known.</summary>
    public long Feeds { get; set; } = -1;

    /// <summary>Where an unfinished line begins; null when there is none.</summary>
    public LogPosition? Unfinished => _partial.WrittenCount > 0 ? Begin : null;

    /// <summary>Where reading has to go on to show what was not shown yet.</summary>
    private LogPosition Begin { get; set; }

    /// <summary>Tells which entry of which segment the next bytes or mark belong to.</summary>
    public void At(long segment, long entry) => (_segment, _entry) = (segment, entry);

    public void Feed(ReadOnlySpan<byte> bytes, long offset, long at)
    {
        if (IsSkipping) bytes = Skip(bytes, ref offset);
        if (IsSkipping || bytes.IsEmpty) return;
        Start(offset);
        for (int feed; (feed = bytes.IndexOf((byte)'\n')) >= 0; bytes = bytes[(feed + 1)..])
        {
            if (_partial.WrittenCount == 0 && feed <= maxLineBytes)
            {
                // Nearly every line: it is whole where it lies.
                CountFeed();
                Show(bytes[..feed], at, feeds: 1);
                continue;
            }
            Add(bytes[..feed], at);
            CountFeed();
            EndLine(feeds: 1);
        }
        Add(bytes, at);
    }

    /// <summary>A mark ends the line before it; a loss shows as a line of its own.</summary>
    public void Mark(in SpoolRecord record)
    {
        Flush();
        IsSkipping = false;
        ShowMissed(record.Offset);
        // A loss that still grows is shown, and once more when it is counted.
        if (record.Mark != SpoolMark.LossOpen) Begin = new LogPosition(_spool, _segment, _entry + 1, record.Offset, Feeds);
        if (record.Mark is SpoolMark.Loss or SpoolMark.LossOpen) Emit(Encoding.UTF8.GetBytes(LossText(record)), record.UnixNanoseconds);
    }

    /// <summary>Bytes that were there are gone before they were read. How much is said once a whole line follows.</summary>
    public void Gap(long from, long to, DateTimeOffset at)
    {
        Flush();
        _missed ??= to > from ? new Missed(from, Feeds, at) : null;
        IsSkipping = to > 0;
        Feeds = -1;
    }

    /// <summary>Shows what there is of an unfinished line.</summary>
    public void Flush()
    {
        if (_partial.WrittenCount > 0) EndLine(feeds: 0);
    }

    /// <summary>Drops what there is of an unfinished line.</summary>
    public void Forget() => _partial.ResetWrittenCount();

    private ReadOnlySpan<byte> Skip(ReadOnlySpan<byte> bytes, scoped ref long offset)
    {
        var feed = bytes.IndexOf((byte)'\n');
        IsSkipping = feed < 0;
        if (IsSkipping) return [];
        offset += feed + 1;
        CountFeed();
        ShowMissed(offset);
        return bytes[(feed + 1)..];
    }

    private void CountFeed()
    {
        if (Feeds >= 0) Feeds++;
    }

    private void Start(long offset)
    {
        if (_partial.WrittenCount == 0) Begin = new LogPosition(_spool, _segment, _entry, offset, Feeds);
    }

    private void Add(ReadOnlySpan<byte> bytes, long at)
    {
        if (_partial.WrittenCount == 0) _partialAt = at;
        while (_partial.WrittenCount + bytes.Length > maxLineBytes)
        {
            var taken = bytes[..(maxLineBytes - _partial.WrittenCount)];
            bytes = bytes[taken.Length..];
            _partial.Write(taken);
            EndPiece(bytes[0]);
        }
        _partial.Write(bytes);
    }

    /// <summary>Shows a full buffer, but for the first bytes of a character that <paramref name="next"/> goes on with.</summary>
    private void EndPiece(byte next)
    {
        var full = _partial.WrittenSpan;
        var cut = full.Length;
        for (var b = next; cut > full.Length - 3 && cut > 1 && (b & 0xC0) == 0x80;) b = full[--cut];
        var rest = full[cut..].ToArray();
        MoveOn(cut);
        Emit(full[..cut], _partialAt);
        _partial.ResetWrittenCount();
        _partial.Write(rest);
    }

    private void EndLine(int feeds)
    {
        Show(_partial.WrittenSpan, _partialAt, feeds);
        _partial.ResetWrittenCount();
    }

    private void Show(ReadOnlySpan<byte> line, long at, int feeds)
    {
        MoveOn(line.Length + feeds);
        if (line is [.., (byte)'\r']) line = line[..^1];
        Emit(line, at);
    }

    /// <summary>What begins next may still belong to the entry that the line before ended in.</summary>
    private void MoveOn(int bytes) => Begin = new LogPosition(_spool, _segment, _entry, Begin.Offset + bytes, Feeds);

    private void ShowMissed(long offset)
    {
        if (_missed is not { } missed) return;
        _missed = null;
        Begin = new LogPosition(_spool, _segment, _entry, offset, Feeds);
        var bytes = offset - missed.From;
        var what = missed.Feeds >= 0 && Feeds >= 0 ? $"{Feeds - missed.Feeds} lines / {bytes} bytes" : $"{bytes} bytes";
        Lines.Add(new LogLine(missed.At, _source, $"-- {what} were deleted before they could be shown: the log grew faster than it was read --") { Position = Begin, Missed = Math.Max(1, Feeds - missed.Feeds) });
    }

    private void Emit(ReadOnlySpan<byte> text, long at)
    {
        if (!LineText.IsClean(text)) text = Encoding.UTF8.GetBytes(LineText.Clean(text));
        Lines.Add(DateTimeOffset.UnixEpoch.AddTicks(at / 100), _source, text, Begin);
    }

    private static string LossText(in SpoolRecord loss) =>
        $"-- {loss.LostLines} lines / {loss.LostBytes} bytes were not kept: " + loss.Reason switch
        {
            LossReason.DiskFull => "the disk was full --",
            LossReason.Overflow => "they came faster than they could be written --",
            LossReason.Rate => "the container wrote more than its log may grow in a minute --",
            LossReason.TooLong => "the line before was longer than a line may be --",
            _ => "the log could not be written --",
        };

    private readonly record struct Missed(long From, long Feeds, DateTimeOffset At);
}
