using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Gantry.Agent.Logs;

/// <summary>
/// The sequence number of a line: where its spool is to be read on behind it. Unique and growing within a spool, and
/// valid in any process, so a follower that was killed goes on exactly behind the last line it has dealt with.
/// </summary>
/// <param name="Spool">Name of the spool: source and container.</param>
/// <param name="Segment">First byte of the segment the place is in.</param>
/// <param name="Entry">Number of the next entry of that segment's index.</param>
/// <param name="Offset">Bytes of the stream before the place.</param>
/// <param name="Lines">Line feeds before the place, -1 when nobody counted them.</param>
public readonly record struct LogPosition(string Spool, long Segment, long Entry, long Offset, long Lines)
{
    /// <summary>Four numbers and what separates them.</summary>
    private const int MostDigits = 4 * 21;

    /// <summary>More than <see cref="Write"/> needs.</summary>
    public int MostBytes => Encoding.UTF8.GetMaxByteCount(Spool?.Length ?? 0) + MostDigits;

    /// <summary>The beginning of a spool.</summary>
    public static LogPosition Beginning(string spool) => new(spool, 0, 0, 0, 0);

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    /// <exception cref="FormatException">It is no position.</exception>
    public static LogPosition Parse(string text)
    {
        var at = text.LastIndexOf('@');
        var parts = at < 0 ? [] : text[(at + 1)..].Split('.');
        return parts.Length == 4
            && TryNumber(parts[0], out var segment) && TryNumber(parts[1], out var entry) && TryNumber(parts[2], out var offset) && offset >= segment
            && (TryNumber(parts[3], out var lines) || parts[3] == "-1")
            ? new(text[..at], segment, entry, offset, parts[3] == "-1" ? -1 : lines)
            : throw new FormatException($"'{text}' is no position in a log.");
    }

    /// <summary><c>web-1.ct-1@4194304.17.4197000.80211</c></summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Spool}@{Segment}.{Entry}.{Offset}.{Lines}");

    /// <summary>The same in UTF-8.</summary>
    /// <param name="target">At least <see cref="MostBytes"/>.</param>
    /// <returns>How many bytes it is.</returns>
    public int Write(Span<byte> target)
    {
        var at = Encoding.UTF8.GetBytes(Spool ?? "", target);
        target[at++] = (byte)'@';
        Add(Segment, target, ref at);
        target[at++] = (byte)'.';
        Add(Entry, target, ref at);
        target[at++] = (byte)'.';
        Add(Offset, target, ref at);
        target[at++] = (byte)'.';
        Add(Lines, target, ref at);
        return at;

        static void Add(long number, Span<byte> target, ref int at)
        {
            Utf8Formatter.TryFormat(number, target[at..], out var digits);
            at += digits;
        }
    }

    private static bool TryNumber(string text, out long number) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
