using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Gantry.Agent.Logs;

/// <summary>
/// Makes bytes that a program wrote safe to show. Tabs and colours (<c>ESC [ … m</c>) stay, and colours end with the
/// line. Other control characters become their visible pictures (<c>␛</c>, <c>␍</c>, …), what is no UTF-8 becomes
/// <c>U+FFFD</c>. What is kept on disk is not changed.
/// </summary>
internal static class LineText
{
    private const int LongestColour = 64;
    private static readonly SearchValues<byte> Plain =
        SearchValues.Create([(byte)'\t', .. Enumerable.Range(0x20, 0x7F - 0x20).Select(b => (byte)b)]);

    /// <summary>Without the byte that control characters above ASCII begin with (and some letters, which are rare).</summary>
    private static readonly SearchValues<byte> PlainOrLetters =
        SearchValues.Create([(byte)'\t', .. Enumerable.Range(0x20, 0x7F - 0x20).Concat(Enumerable.Range(0x80, 0x80)).Where(b => b != 0xC2).Select(b => (byte)b)]);

    /// <summary>True when <see cref="Clean"/> would change nothing. False may be wrong.</summary>
    public static bool IsClean(ReadOnlySpan<byte> line)
    {
        var special = line.IndexOfAnyExcept(Plain);
        return special < 0 || (line[special..].IndexOfAnyExcept(PlainOrLetters) < 0 && Utf8.IsValid(line));
    }

    public static string Clean(ReadOnlySpan<byte> line)
    {
        if (line.IndexOfAnyExcept(Plain) < 0) return Encoding.ASCII.GetString(line);
        var text = Encoding.UTF8.GetString(line);
        return text.AsSpan().IndexOfAnyInRange('\0', '\x1F') < 0 && text.AsSpan().IndexOfAnyInRange('\x7F', '\x9F') < 0
            ? text : Replace(text);
    }

    private static string Replace(string text)
    {
        var shown = new StringBuilder(text.Length + 8);
        var coloured = false;
        for (var i = 0; i < text.Length; i++)
        {
            var colour = ColourAt(text, i);
            if (colour == 0)
            {
                shown.Append(Visible(text[i]));
                continue;
            }
            shown.Append(text, i, colour);
            coloured = text.AsSpan(i + 2, colour - 3).ContainsAnyExcept('0', ';');
            i += colour - 1;
        }
        return coloured ? shown.Append("\x1b[0m").ToString() : shown.ToString();
    }

    /// <summary>Length of the colour sequence that starts here, or 0.</summary>
    private static int ColourAt(string text, int start)
    {
        if (text[start] != '\x1b' || start + 2 >= text.Length || text[start + 1] != '[') return 0;
        var parameters = text.AsSpan(start + 2, Math.Min(LongestColour, text.Length - start - 2));
        var end = parameters.IndexOfAnyExcept("0123456789;:");
        return end >= 0 && parameters[end] == 'm' ? end + 3 : 0;
    }

    private static char Visible(char c) => c switch
    {
        '\t' => c,
        < ' ' => (char)(0x2400 + c),
        '\x7F' => '\u2421',
        > '\x7F' and <= '\x9F' => '\uFFFD',
        _ => c,
    };
}
