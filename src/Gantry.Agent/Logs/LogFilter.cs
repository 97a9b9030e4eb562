namespace Gantry.Agent.Logs;

/// <summary>
/// Which sources to show: alternatives joined by <c>|</c>, each a label (<c>web-1</c>), a type (<c>web</c>, which
/// covers all its containers) or a source (<c>router</c>). Empty shows all.
/// </summary>
public sealed class LogFilter
{
    private readonly string[] _alternatives;

    private LogFilter(string[] alternatives) => _alternatives = alternatives;

    public static LogFilter All { get; } = new([]);

    public static LogFilter Parse(string? text)
    {
        var parts = (text ?? "").Split('|', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return parts.Length == 0 ? All : new LogFilter(parts);
    }

    /// <summary>What <see cref="Parse"/> reads.</summary>
    public override string ToString() => string.Join('|', _alternatives);

    public bool Matches(string source) =>
        _alternatives.Length == 0 || _alternatives.Any(a => source == a || IsContainerOf(source, a));

    private static bool IsContainerOf(string source, string type) =>
        source.Length > type.Length + 1 && source.StartsWith(type, StringComparison.Ordinal)
        && source[type.Length] == '-' && source.AsSpan(type.Length + 1).IndexOfAnyExceptInRange('0', '9') < 0;
}
