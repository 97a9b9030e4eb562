namespace Gantry.Build.Images;

/// <summary>
/// The <c>.slugignore</c> of a source: one pattern of Go's <c>filepath.Match</c> a line, relative to the root. A
/// folder that matches goes with all that is in it.
/// </summary>
internal sealed class SlugIgnore
{
    private readonly string[] _patterns;

    private SlugIgnore(string[] patterns, IReadOnlyList<string> broken) => (_patterns, Broken) = (patterns, broken);

    public static SlugIgnore Nothing { get; } = new([], []);

    /// <summary>Lines that are no valid pattern; they match nothing.</summary>
    public IReadOnlyList<string> Broken { get; }

    public static SlugIgnore Parse(string text)
    {
        var patterns = text.Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0 && l[0] != '#').Select(Clean).Where(p => p.Length > 0)
            .ToLookup(GoPattern.IsValid);
        return new SlugIgnore([.. patterns[true]], [.. patterns[false]]);
    }

    /// <summary>True when the path itself, or a folder above it, matches.</summary>
    public bool Excludes(string path)
    {
        if (_patterns.Length == 0)
            return false;
        for (var end = path.IndexOf('/'); end >= 0; end = path.IndexOf('/', end + 1))
        {
            if (Matches(path.AsSpan(0, end)))
                return true;
        }

        return Matches(path);
    }

    private bool Matches(ReadOnlySpan<char> path)
    {
        foreach (var pattern in _patterns)
        {
            if (GoPattern.Match(pattern, path))
                return true;
        }

        return false;
    }

    private static string Clean(string line)
    {
        var pattern = line.StartsWith("./", StringComparison.Ordinal) ? line[2..] : line;
        return pattern.Trim('/');
    }
}
