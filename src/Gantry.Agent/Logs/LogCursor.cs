namespace Gantry.Agent.Logs;

/// <summary>
/// How far a follower has come in the log of an app: one position for each spool. A spool without one is followed from
/// its beginning: it appeared later. Not thread-safe.
/// </summary>
public sealed class LogCursor
{
    private readonly SortedDictionary<string, LogPosition> _passed = new(StringComparer.Ordinal);

    /// <summary>Before everything that is kept.</summary>
    public LogCursor() { }

    internal LogCursor(IEnumerable<LogPosition> positions)
    {
        foreach (var position in positions) Pass(position);
    }

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    /// <exception cref="FormatException">It is no cursor.</exception>
    public static LogCursor Parse(string text) =>
        new(text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(LogPosition.Parse));

    /// <summary>The line before this position has been dealt with.</summary>
    public void Pass(LogPosition position) => _passed[position.Spool] = position;

    /// <summary>Whether the line before a position is before this cursor.</summary>
    public bool HasPassed(LogPosition position) => Of(position.Spool) is { } passed
        && (passed.Offset, passed.Segment, passed.Entry).CompareTo((position.Offset, position.Segment, position.Entry)) >= 0;

    public LogPosition? Of(string spool) => _passed.TryGetValue(spool, out var position) ? position : null;

    /// <summary>Forgets the spools that are gone, so that it does not grow with every container.</summary>
    public void Keep(IReadOnlySet<string> spools)
    {
        foreach (var gone in _passed.Keys.Where(spool => !spools.Contains(spool)).ToList()) _passed.Remove(gone);
    }

    /// <summary>The positions, separated by spaces.</summary>
    public override string ToString() => string.Join(' ', _passed.Values);
}
