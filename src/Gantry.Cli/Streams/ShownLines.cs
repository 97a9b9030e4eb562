namespace Gantry.Cli.Streams;

/// <summary>The last lines that were shown, to find where a fresh dump goes on from them.</summary>
internal sealed class ShownLines(int capacity)
{
    private readonly List<string> _lines = [];

    public void Add(string line)
    {
        if (_lines.Count >= 2 * capacity)
            _lines.RemoveRange(0, capacity);
        _lines.Add(line);
    }

    /// <summary>
    /// What of <paramref name="dump"/>, oldest first, comes after the last line that was shown. Lines of one burst can be
    /// equal to the nanosecond, so the place is where all that precedes it agrees, and not where one line does.
    /// </summary>
    public IReadOnlyList<string> After(IReadOnlyList<string> dump)
    {
        if (_lines.Count == 0)
            return dump;
        for (var end = dump.Count; end > 0; end--)
            if (Agrees(dump, end))
                return [.. dump.Skip(end)];
        var last = LogLine.Stamp(_lines[^1]);
        return [.. dump.SkipWhile(line => string.CompareOrdinal(LogLine.Stamp(line), last) <= 0)];
    }

    private bool Agrees(IReadOnlyList<string> dump, int end)
    {
        for (var i = 1; i <= Math.Min(end, _lines.Count); i++)
            if (dump[end - i] != _lines[^i])
                return false;
        return true;
    }
}
