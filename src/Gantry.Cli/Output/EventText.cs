using System.Text.Json;

namespace Gantry.Cli.Output;

/// <summary>The data of an event on one line, whatever its type. A deployment's id comes twice on the wire.</summary>
internal static class EventText
{
    public static string Details(JsonElement data) => data.ValueKind != JsonValueKind.Object
        ? ""
        : string.Join("  ", data.EnumerateObject().Where(p => p.Name != "deployment_uuid").Select(p => (p.Name, Value: Text(p.Value))).Where(p => p.Value.Length > 0).Select(p => $"{p.Name}={p.Value}"));

    private static string Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined => "",
        JsonValueKind.True => "yes",
        JsonValueKind.False => "no",
        JsonValueKind.Array => string.Join(',', value.EnumerateArray().Select(Text)),
        JsonValueKind.Object when value.TryGetProperty("username", out var name) => name.ToString(),
        JsonValueKind.Object when value.TryGetProperty("name", out var name) => name.ToString(),
        JsonValueKind.Object => string.Join(',', value.EnumerateObject().Select(p => $"{p.Name}:{Text(p.Value)}")),
        _ => Short(value.ToString()),
    };

    /// <summary>Commits as people write them.</summary>
    private static string Short(string text) => text.Length == 40 && text.All(char.IsAsciiHexDigit) ? text[..8] : text;
}
