using System.Text.Json;

namespace Gantry.Cli.Http;

/// <summary>What a body of one of the documented error shapes says; all null when it has none of them.</summary>
/// <param name="Fields">The broken rules of a 422, one a line.</param>
internal sealed record ErrorBody(string? Sentence, string? Resource, string? Fields)
{
    public static ErrorBody Parse(string body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var root = document.RootElement;
            return root.ValueKind == JsonValueKind.Object
                ? new ErrorBody(Text(root, "error"), Text(root, "resource"), Rules(root))
                : new ErrorBody(null, null, null);
        }
        catch (JsonException)
        {
            // An error page of something in between: its status tells more than its text.
            return new ErrorBody(null, null, null);
        }
    }

    private static string? Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;

    private static string? Rules(JsonElement root)
    {
        if (!root.TryGetProperty("errors", out var errors) || errors.ValueKind != JsonValueKind.Object)
            return null;
        var lines = errors.EnumerateObject().Select(field => $"{field.Name}: {Messages(field.Value)}").ToList();
        return lines.Count == 0 ? null : string.Join('\n', lines);
    }

    private static string Messages(JsonElement value) => value.ValueKind == JsonValueKind.Array
        ? string.Join(", ", value.EnumerateArray().Select(m => m.ToString()))
        : value.ToString();
}
