using Gantry.Linux.Pipes;

namespace Gantry.Agent.Logs;

/// <summary>Reads the newest lines of a spool backwards, in blocks that grow until there are enough of them.</summary>
internal sealed class SpoolTail(string directory, int maxLineBytes)
{
    private const long FirstBlock = 64 << 10, LargestBlock = 4 << 20;

    /// <summary>The last <paramref name="count"/> finished lines, oldest first.</summary>
    public IReadOnlyList<LogLine> Read(int count, CancellationToken token)
    {
        var files = SpoolFiles.List(directory);
        if (files.Count == 0) return [];
        var blocks = new Stack<List<LogLine>>();
        var (first, end, limit, size) = (files[0].Start, EndOf(files[^1]), long.MaxValue, FirstBlock);
        for (var (found, isDone) = (0, false); found < count && !isDone;)
        {
            token.ThrowIfCancellationRequested();
            var from = Math.Max(first, end - size);
            var block = ReadBlock(from, limit);
            size = Math.Min(size * 2, LargestBlock);
            isDone = from == first;
            if (block.FirstLine is { } start && (start < end || block.Lines.Count > 0))
            {
                blocks.Push(block.Lines);
                found += block.Lines.Count;
                end = limit = start;
            }
            // The end of a very long line: only a larger block finds where it begins.
            else size = (end - from) * 4;
        }
        return [.. blocks.SelectMany(lines => lines).TakeLast(count)];
    }

    /// <summary>Position behind the newest byte that the index knows.</summary>
    public long End()
    {
        var files = SpoolFiles.List(directory);
        return files.Count == 0 ? 0 : EndOf(files[^1]);
    }

    private LineAssembler ReadBlock(long from, long limit)
    {
        var lines = new LineAssembler(directory, maxLineBytes) { IsSkipping = from > 0 };
        using var cursor = new SpoolCursor(directory, from);
        while (cursor.Step(lines, limit, showOpenLoss: true)) { }
        // What follows a limit is known to begin a line, so the one before it is finished.
        if (limit != long.MaxValue) lines.Flush();
        return lines;
    }

    private long EndOf(SpoolFile file)
    {
        using var last = Segment.Open(directory, file.Start);
        return last is { Count: > 0 } && last.TryRecord(last.Count - 1, out var record) ? record.Offset : file.Start;
    }
}
