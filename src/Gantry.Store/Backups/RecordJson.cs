using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Gantry.Store.Backups;

/// <summary>
/// A page as lines: first the table, its columns and its last number, then an array a row. Bytes are base64. Readable
/// with any tool, and the same whatever engine the rows come from.
/// </summary>
internal static class RecordJson
{
    private static readonly JsonWriterOptions _plain = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonSerializerOptions _options = new(JsonSerializerDefaults.Web) { Encoder = _plain.Encoder };

    public static byte[] Write(RecordPage page)
    {
        var text = new ArrayBufferWriter<byte>();
        text.Write(JsonSerializer.SerializeToUtf8Bytes(new Head(page.Table, page.LastNumber, [.. page.Columns.Select(c => new Column(c.Name, c.Kind.ToString()))]), _options));
        text.Write("\n"u8);
        using var json = new Utf8JsonWriter(text, _plain);
        foreach (var row in page.Rows)
        {
            json.WriteStartArray();
            foreach (var value in row)
                WriteValue(json, value, bytes => json.WriteBase64StringValue(bytes));
            json.WriteEndArray();
            json.Flush();
            json.Reset();
            text.Write("\n"u8);
        }

        return text.WrittenSpan.ToArray();
    }

    /// <exception cref="JsonException">It is no page.</exception>
    public static RecordPage Read(ReadOnlyMemory<byte> content)
    {
        var end = content.Span.IndexOf((byte)'\n');
        var head = (end < 0 ? null : JsonSerializer.Deserialize<Head>(content.Span[..end], _options)) ?? throw new JsonException("The first line is missing.");
        RecordColumn[] columns = [.. head.Columns.Select(c => new RecordColumn(c.Name, Enum.Parse<ColumnKind>(c.Kind)))];
        var rows = new List<object?[]>();
        for (var rest = content[(end + 1)..]; (end = rest.Span.IndexOf((byte)'\n')) >= 0; rest = rest[(end + 1)..])
            rows.Add(ReadRow(rest[..end], columns));
        return new RecordPage(head.Table, columns, head.LastNumber, rows);
    }

    /// <summary>An array of objects, as PostgreSQL takes rows: bytes in its own hexadecimal form.</summary>
    public static string Objects(RecordPage page)
    {
        var text = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(text, _plain);
        json.WriteStartArray();
        foreach (var row in page.Rows)
        {
            json.WriteStartObject();
            for (var i = 0; i < row.Length; i++)
            {
                json.WritePropertyName(page.Columns[i].Name);
                WriteValue(json, row[i], bytes => json.WriteStringValue("\\x" + Convert.ToHexStringLower(bytes)));
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.Flush();
        return Encoding.UTF8.GetString(text.WrittenSpan);
    }

    private static void WriteValue(Utf8JsonWriter json, object? value, Action<byte[]> writeBytes)
    {
        switch (value)
        {
            case null:
                json.WriteNullValue();
                break;
            case long number:
                json.WriteNumberValue(number);
                break;
            case string text:
                json.WriteStringValue(text);
                break;
            case byte[] bytes:
                writeBytes(bytes);
                break;
            default:
                throw new NotSupportedException($"A backup has no place for a {value.GetType().Name}.");
        }
    }

    private static object?[] ReadRow(ReadOnlyMemory<byte> line, RecordColumn[] columns)
    {
        using var json = JsonDocument.Parse(line);
        if (json.RootElement.GetArrayLength() != columns.Length)
            throw new JsonException("A row has not as many values as the table has columns.");
        return [.. json.RootElement.EnumerateArray().Select((value, i) => value.ValueKind == JsonValueKind.Null ? null : columns[i].Kind switch
        {
            ColumnKind.Integer => value.GetInt64(),
            ColumnKind.Bytes => value.GetBytesFromBase64(),
            _ => (object?)value.GetString(),
        })];
    }

    private sealed record Head(string Table, long? LastNumber, IReadOnlyList<Column> Columns);

    private sealed record Column(string Name, string Kind);
}
