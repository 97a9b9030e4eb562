namespace Gantry.Build.Images;

/// <summary>
/// Go's <c>filepath.Match</c>: <c>*</c> and <c>?</c> stop at a slash, <c>[a-z]</c> and <c>[^a-z]</c> are classes, a
/// backslash takes the next character as it is. See https://pkg.go.dev/path/filepath#Match.
/// </summary>
internal static class GoPattern
{
    public static bool IsValid(string pattern)
    {
        for (var i = 0; i < pattern.Length;)
        {
            var length = ElementLength(pattern.AsSpan(i));
            if (length == 0)
                return false;
            i += length;
        }

        return true;
    }

    /// <summary>Matches the whole of <paramref name="text"/>; the pattern must be valid.</summary>
    public static bool Match(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text)
    {
        int p = 0, t = 0, starPattern = -1, starText = 0;
        while (t < text.Length || p < pattern.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                (starPattern, starText) = (++p, t);
                continue;
            }

            if (p < pattern.Length && t < text.Length && MatchOne(pattern[p..], text[t]))
            {
                p += ElementLength(pattern[p..]);
                t++;
                continue;
            }

            // Gives the last star one character more; a star never takes a slash.
            if (starPattern < 0 || starText >= text.Length || text[starText] == '/')
                return false;
            (p, t) = (starPattern, ++starText);
        }

        return true;
    }

    private static bool MatchOne(ReadOnlySpan<char> element, char c) => element[0] switch
    {
        '?' => c != '/',
        '\\' => element[1] == c,
        '[' => c != '/' && MatchClass(element[1..(ElementLength(element) - 1)], c),
        _ => element[0] == c,
    };

    private static bool MatchClass(ReadOnlySpan<char> body, char c)
    {
        var negated = body[0] == '^';
        var found = false;
        for (var i = negated ? 1 : 0; i < body.Length;)
        {
            var low = Literal(body, ref i);
            var high = low;
            if (i < body.Length && body[i] == '-')
            {
                i++;
                high = Literal(body, ref i);
            }

            found |= low <= c && c <= high;
        }

        return found != negated;
    }

    private static char Literal(ReadOnlySpan<char> body, ref int i)
    {
        if (body[i] == '\\')
            i++;
        return body[i++];
    }

    /// <summary>Characters that the first element of the pattern takes; 0 when it is malformed.</summary>
    private static int ElementLength(ReadOnlySpan<char> pattern) => pattern[0] switch
    {
        '\\' => pattern.Length > 1 ? 2 : 0,
        '[' => ClassLength(pattern),
        _ => 1,
    };

    private static int ClassLength(ReadOnlySpan<char> pattern)
    {
        var i = pattern.Length > 1 && pattern[1] == '^' ? 2 : 1;
        var first = i;
        while (i < pattern.Length && (pattern[i] != ']' || i == first))
        {
            if (!SkipLiteral(pattern, ref i))
                return 0;
            if (i < pattern.Length && pattern[i] == '-' && (++i >= pattern.Length || !SkipLiteral(pattern, ref i)))
                return 0;
        }

        return i < pattern.Length && i > first ? i + 1 : 0;
    }

    private static bool SkipLiteral(ReadOnlySpan<char> pattern, ref int i)
    {
        if (pattern[i] is '-' or ']')
            return false;
        if (pattern[i] == '\\')
            i++;
        return i++ < pattern.Length;
    }
}
