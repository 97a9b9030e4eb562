using System.Globalization;

namespace Gantry.Agent.Logs;

/// <summary>The text form of a line that clients of the v1 API parse.</summary>
public static class LogLineFormat
{
    /// <summary><c>2015-02-16 02:02:43.930163178 +0000 UTC [web-1] text</c>, without a line feed.</summary>
    public static string Format(LogLine line) => string.Create(
        CultureInfo.InvariantCulture, $"{line.At.UtcDateTime:yyyy-MM-dd HH:mm:ss.fffffff}00 +0000 UTC [{line.Source}] {line.Text}");
}
