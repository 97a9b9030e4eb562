using Gantry.Cli.Output;

namespace Gantry.Cli.Streams;

/// <summary>A line such as <c>2015-02-16 02:02:43.930163178 +0000 UTC [web-1] text</c>: four words of date, the source, the text.</summary>
internal static class LogLine
{
    private static readonly string[] Colours = ["cyan", "green", "yellow", "magenta", "blue"];

    public static LogRecord Parse(string line)
    {
        var (date, source, text) = Split(line);
        return date is null ? new LogRecord(null, null, line) : new LogRecord(date, source, text);
    }

    /// <summary>The date in grey and the source in a colour of its own.</summary>
    public static string Paint(string line)
    {
        var (date, source, text) = Split(line);
        return date is null ? line : $"{Ansi.Paint(date, "grey")} {Ansi.Paint($"[{source}]", Colour(source!))} {text}";
    }

    private static (string? Date, string? Source, string Text) Split(string line)
    {
        var open = line.IndexOf(" [", StringComparison.Ordinal);
        var close = open < 0 ? -1 : line.IndexOf(']', open);
        if (close < 0 || line.AsSpan(0, open).Count(' ') != 3)
            return (null, null, line);
        return (line[..open], line[(open + 2)..close], line.Length > close + 2 ? line[(close + 2)..] : "");
    }

    private static string Colour(string source)
    {
        var sum = 0;
        foreach (var c in source)
            sum = (sum * 31) + c;
        return Colours[(sum & int.MaxValue) % Colours.Length];
    }
}
