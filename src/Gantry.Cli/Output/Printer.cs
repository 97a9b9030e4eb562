using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Gantry.Cli.CommandLine;

namespace Gantry.Cli.Output;

/// <summary>Prints results to stdout in the chosen format, and talk to stderr.</summary>
internal sealed class Printer(Shell shell, OutputFormat format)
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonWriterOptions OneLine = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The value as JSON, or what <paramref name="people"/> prints.</summary>
    public void Result<T>(T value, JsonTypeInfo<T> type, Action people)
    {
        if (format == OutputFormat.Json)
            Json(value, type, Indented);
        else
            people();
    }

    /// <summary>The value as JSON, or a sentence on stderr: for commands whose result is that something was done.</summary>
    public void Done<T>(T value, JsonTypeInfo<T> type, string sentence) => Result(value, type, () => Say(sentence));

    /// <summary>One JSON object on one line: an element of a stream.</summary>
    public void Line<T>(T value, JsonTypeInfo<T> type) => Json(value, type, OneLine);

    public void Table(IReadOnlyList<string> titles, IReadOnlyList<IReadOnlyList<Cell>> rows)
    {
        if (!shell.Colours || !FancyTable.TryWrite(shell, titles, rows))
            PlainTable.Write(shell, titles, rows);
    }

    /// <summary>Names and values, one pair a line.</summary>
    public void Details(IReadOnlyList<(string Name, Cell Value)> pairs)
    {
        var width = pairs.Max(p => p.Name.Length);
        foreach (var (name, value) in pairs)
            shell.Out.WriteLine($"{Paint(name.PadRight(width), "bold")}  {Paint(value.Text, value.Style)}");
    }

    public void Data(string text) => shell.Out.WriteLine(text);

    /// <summary>Talk comes after the data that was printed before it, where both end in one place.</summary>
    public void Say(string sentence)
    {
        shell.Out.Flush();
        shell.Error.WriteLine(sentence);
    }

    public string Paint(string text, string? style) => shell.Colours ? Ansi.Paint(text, style) : text;

    private void Json<T>(T value, JsonTypeInfo<T> type, JsonWriterOptions options)
    {
        var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, options))
            JsonSerializer.Serialize(writer, value, type);
        shell.Out.WriteLine(System.Text.Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length));
        shell.Out.Flush();
    }
}
