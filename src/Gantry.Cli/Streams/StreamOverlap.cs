namespace Gantry.Cli.Streams;

/// <summary>
/// Leaves out of a stream what a dump, taken after the stream was opened, has brought already. Both are in order, so the
/// first newer line that the dump does not have ends the overlap.
/// </summary>
internal sealed class StreamOverlap
{
    private readonly Dictionary<string, int> _dumped = new(StringComparer.Ordinal);
    private readonly string? _oldest;
    private bool _over;

    public StreamOverlap(IReadOnlyList<string> dump)
    {
        foreach (var line in dump)
            _dumped[line] = _dumped.GetValueOrDefault(line) + 1;
        _over = dump.Count == 0;
        _oldest = _over ? null : LogLine.Stamp(dump[0]);
    }

    public bool IsNew(string line)
    {
        if (_over)
            return true;
        if (_dumped.TryGetValue(line, out var count) && count > 0)
        {
            _dumped[line] = count - 1;
            return false;
        }

        _over = string.CompareOrdinal(LogLine.Stamp(line), _oldest) >= 0;
        return _over;
    }
}
