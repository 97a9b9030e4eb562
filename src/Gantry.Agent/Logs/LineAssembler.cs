using System.Buffers;
using Gantry.Linux.Pipes;

namespace Gantry.Agent.Logs;

/// <summary>Makes lines of a stream's bytes. A line has the time at which its first byte arrived.</summary>
internal sealed class LineAssembler(string source, int maxLineBytes)
{
    private readonly ArrayBufferWriter<byte> _partial = new(256);
    private long _partialAt;

    /// <summary>Lines that are ready; the reader takes them out.</summary>
    public List<LogLine> Lines { get; } = [];

    /// <summary>True while the bytes belong to a line whose beginning was not seen, which is not shown.</summary>
    public bool IsSkipping { get; set; }

    /// <summary>Where the first line that is shown starts in the stream, once that is known.</summary>
    public long? FirstLine { get; private set; }

    public void Feed(ReadOnlySpan<byte> bytes, long offset, long at)
    {
        if (IsSkipping) bytes = Skip(bytes, ref offset);
        if (IsSkipping || bytes.IsEmpty) return;
        FirstLine ??= offset;
        for (int feed; (feed = bytes.IndexOf((byte)'\n')) >= 0; bytes = bytes[(feed + 1)..])
        {
            Add(bytes[..feed], at);
            EndLine();
        }
        Add(bytes, at);
    }

    /// <summary>A mark ends the line before it; a loss shows as a line of its own.</summary>
    public void Mark(in SpoolRecord record)
    {
        Flush();
        IsSkipping = false;
        FirstLine ??= record.Offset;
        if (record.Mark is SpoolMark.Loss or SpoolMark.LossOpen) Emit(LossText(record), record.UnixNanoseconds);
    }

    /// <summary>Bytes that were there are gone before they were read.</summary>
    public void Gap(long bytes, DateTimeOffset at)
    {
        Flush();
        if (bytes > 0) Lines.Add(new LogLine(at, source, $"-- {bytes} bytes were deleted before they could be shown: the log grew faster than it was read --"));
        IsSkipping = true;
    }

    /// <summary>Shows what there is of an unfinished line.</summary>
    public void Flush()
    {
        if (_partial.WrittenCount > 0) EndLine();
    }

    private ReadOnlySpan<byte> Skip(ReadOnlySpan<byte> bytes, scoped ref long offset)
    {
        var feed = bytes.IndexOf((byte)'\n');
        IsSkipping = feed < 0;
        if (IsSkipping) return [];
        offset += feed + 1;
        FirstLine ??= offset;
        return bytes[(feed + 1)..];
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
        Emit(LineText.Clean(full[..cut]), _partialAt);
        _partial.ResetWrittenCount();
        _partial.Write(rest);
    }

    private void EndLine()
    {
        var line = _partial.WrittenSpan;
        if (line is [.., (byte)'\r']) line = line[..^1];
        Emit(LineText.Clean(line), _partialAt);
        _partial.ResetWrittenCount();
    }

    private void Emit(string text, long at) => Lines.Add(new LogLine(DateTimeOffset.UnixEpoch.AddTicks(at / 100), source, text));

    private static string LossText(in SpoolRecord loss) =>
        $"-- {loss.LostLines} lines / {loss.LostBytes} bytes were not kept: " + loss.Reason switch
        {
            LossReason.DiskFull => "the disk was full --",
            LossReason.Overflow => "they came faster than they could be written --",
            LossReason.Rate => "the container wrote more than its log may grow in a minute --",
            _ => "the log could not be written --",
        };
}
