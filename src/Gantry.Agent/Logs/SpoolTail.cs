using Gantry.Linux.Pipes;

namespace Gantry.Agent.Logs;

/// <summary>Reads the newest lines of a spool: line feeds are counted backwards to where they begin, and from there it is read once.</summary>
internal sealed class SpoolTail(string directory, int maxLineBytes)
{
    private const int Block = 64 << 10;
    private readonly UnpackedSegments _unpacked = new(directory);

    /// <summary>The last <paramref name="count"/> finished lines, oldest first.</summary>
    public LogBatch Read(int count, CancellationToken token)
    {
        var files = SpoolFiles.List(directory);
        if (files.Count == 0) return new LogBatch();
        var end = EndOf(files[^1]);
        var (from, isBeginOfLine) = Find(files, end, count, token);
        var lines = new LineAssembler(directory, maxLineBytes) { IsSkipping = !isBeginOfLine };
        lines.Lines.Reserve(end - from, count);
        using var cursor = new SpoolCursor(directory, from) { Unpacked = _unpacked };
        while (cursor.Step(lines, showOpenLoss: true)) token.ThrowIfCancellationRequested();
        lines.Lines.KeepLast(count);
        return lines.Lines;
    }

    /// <summary>Position behind the newest byte that the index knows.</summary>
    public long End()
    {
        var files = SpoolFiles.List(directory);
        return files.Count == 0 ? 0 : EndOf(files[^1]);
    }

    /// <summary>
    /// A place with at least so many lines behind it, if there are so many. There can be more: marks show as lines, and a long line as several.
    /// </summary>
    private (long From, bool IsBeginOfLine) Find(IReadOnlyList<SpoolFile> files, long end, int count, CancellationToken token)
    {
        var buffer = new byte[Block];
        // One more: the line feed that the first line lies behind.
        var left = count + 1;
        for (var i = files.Count - 1; i >= 0; end = files[i--].Start)
        {
            using var segment = Segment.Open(directory, files[i].Start, _unpacked);
            for (var to = end; segment is not null && to > segment.Start; to = Math.Max(segment.Start, to - Block))
            {
                token.ThrowIfCancellationRequested();
                var from = Math.Max(segment.Start, to - Block);
                var bytes = buffer.AsSpan(0, segment.Read(from, buffer.AsSpan(0, (int)(to - from))));
                var feeds = bytes.Count((byte)'\n');
                if (feeds >= left) return (from + FromBehind(bytes, left) + 1, true);
                left -= feeds;
            }
        }
        return (files[0].Start, files[0].Start == 0);
    }

    /// <summary>Where a line feed is, counted from behind.</summary>
    private static int FromBehind(ReadOnlySpan<byte> bytes, int number)
    {
        for (; ; number--)
        {
            var feed = bytes.LastIndexOf((byte)'\n');
            if (number == 1) return feed;
            bytes = bytes[..feed];
        }
    }

    private long EndOf(SpoolFile file)
    {
        using var last = Segment.Open(directory, file.Start, _unpacked);
        return last is { Count: > 0 } && last.TryRecord(last.Count - 1, out var record) ? record.Offset : file.Start;
    }
}
