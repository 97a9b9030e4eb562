using System.Buffers;
using System.Globalization;
using System.Text;

namespace Gantry.Agent.Logs;

/// <summary>The text form of a line that clients of the v1 API parse.</summary>
public static class LogLineFormat
{
    /// <summary><c>2015-02-16 02:02:43.930163178 +0000 UTC [web-1] text</c>, without a line feed.</summary>
    public static string Format(LogLine line) => string.Create(
        CultureInfo.InvariantCulture, $"{line.At.UtcDateTime:yyyy-MM-dd HH:mm:ss.fffffff}00 +0000 UTC [{line.Source}] {line.Text}");

    /// <summary>The same in UTF-8, with a line feed.</summary>
    public static void Write(in LogLineView line, IBufferWriter<byte> into)
    {
        var target = into.GetSpan(Length(line));
        var at = WriteTime(line.At, target);
        "] "u8.CopyTo(target[(at += Encoding.UTF8.GetBytes(line.Source, target[at..]))..]);
        line.Text.CopyTo(target[(at += 2)..]);
        target[at += line.Text.Length] = (byte)'\n';
        into.Advance(at + 1);
    }

    /// <summary>How many bytes <see cref="Write"/> writes.</summary>
    public static int Length(in LogLineView line) => TimeLength + Encoding.UTF8.GetByteCount(line.Source) + "] \n"u8.Length + line.Text.Length;

    private static int TimeLength => "2015-02-16 02:02:43.930163178 +0000 UTC ["u8.Length;

    private static int WriteTime(DateTimeOffset time, Span<byte> target)
    {
        // The round-trip form is made much faster than one of one's own: 2015-02-16T02:02:43.9301631Z
        time.UtcDateTime.TryFormat(target, out _, "O", CultureInfo.InvariantCulture);
        target[10] = (byte)' ';
        "00 +0000 UTC ["u8.CopyTo(target[27..]);
        return TimeLength;
    }
}
