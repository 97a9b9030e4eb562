namespace Gantry.Agent.Logs;

/// <summary>Reads what is added to one spool.</summary>
internal sealed class SpoolFollower : IDisposable
{
    /// <summary>How far back the beginning of a line is looked for that is being written at the moment.</summary>
    private const long LookBack = 64 << 10;

    /// <summary>A spool's share of a turn.</summary>
    private const long TurnBytes = 1 << 20;
    private readonly SpoolCursor _cursor;
    private readonly LineAssembler _lines;

    private SpoolFollower(string directory, SpoolCursor cursor, LineAssembler lines)
    {
        Directory = directory;
        _cursor = cursor;
        _lines = lines;
    }

    public string Directory { get; }

    public bool HasEnded => _cursor.HasEnded;

    /// <summary>Follows from the very beginning, for a spool that has just appeared.</summary>
    public static SpoolFollower FromStart(string directory, int maxLineBytes) =>
        From(directory, LogPosition.Beginning(Path.GetFileName(directory)), maxLineBytes);

    /// <summary>Goes on at a position that this or another process has come to.</summary>
    public static SpoolFollower From(string directory, LogPosition position, int maxLineBytes) =>
        new(directory, new SpoolCursor(directory, position), new LineAssembler(directory, maxLineBytes) { Feeds = position.Lines });

    /// <summary>Behind the last line that was taken.</summary>
    public LogPosition Position => _lines.Unfinished ?? _cursor.Here(_lines.Feeds);

    /// <summary>Follows from now on; a line of which a part is there already will be shown whole.</summary>
    public static SpoolFollower FromEnd(string directory, int maxLineBytes)
    {
        var end = new SpoolTail(directory, maxLineBytes).End();
        var from = Math.Max(0, end - LookBack);
        var follower = new SpoolFollower(
            directory, new SpoolCursor(directory, from) { CountsFeeds = true },
            new LineAssembler(directory, maxLineBytes) { IsSkipping = from > 0 });
        follower.CatchUp(end);
        return follower;
    }

    /// <summary>Moves new lines to a batch.</summary>
    /// <returns>True when there is more than one turn's worth.</returns>
    public bool Take(LogBatch into)
    {
        var from = _cursor.Position;
        var isMore = true;
        while (isMore && _cursor.Position - from < TurnBytes) isMore = _cursor.Step(_lines);
        into.Add(_lines.Lines);
        _lines.Lines.Clear();
        return isMore;
    }

    public void Dispose()
    {
        _cursor.Dispose();
        _lines.Lines.Dispose();
    }

    private void CatchUp(long end)
    {
        while (_cursor.Position < end && _cursor.Step(_lines)) _lines.Lines.Clear();
        // Marks at the end itself are old news too.
        _cursor.PassMarks(_lines);
        _lines.Lines.Clear();
        _lines.IsSkipping = false;
    }
}
