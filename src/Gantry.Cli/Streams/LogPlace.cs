namespace Gantry.Cli.Streams;

/// <summary>How far a log has been shown: one position, such as <c>web-1.ct-1@0.17.4197000.80211</c>, for each source.</summary>
internal sealed class LogPlace
{
    private readonly SortedDictionary<string, string> _passed = new(StringComparer.Ordinal);

    public LogPlace(string positions)
    {
        foreach (var position in positions.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            Pass(position);
    }

    public void Pass(string position) => _passed[position[..Math.Max(0, position.LastIndexOf('@'))]] = position;

    public override string ToString() => string.Join(' ', _passed.Values);
}
