using System.Text.Json;
using System.Text.Json.Serialization;
using Gantry.Domain;

namespace Gantry.Scheduling.Model;

/// <summary>Snapshots and plans as JSON with a version, so that a recorded pass can be run again and compared byte for byte.</summary>
public static class SnapshotSerializer
{
    private const string Empty = "is empty, or an item of one of its lists is";

    private static readonly JsonSerializerOptions _options = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = false,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
    };

    /// <summary>UTF-8 JSON of the canonical snapshot: equal clusters give equal bytes.</summary>
    public static byte[] Write(ClusterSnapshot snapshot) => JsonSerializer.SerializeToUtf8Bytes(snapshot.Canonical(), _options);

    public static byte[] Write(Plan plan) => JsonSerializer.SerializeToUtf8Bytes(plan, _options);

    /// <summary>The snapshot, or why the bytes are none.</summary>
    public static Outcome<ClusterSnapshot> ReadSnapshot(ReadOnlySpan<byte> json) => Read<ClusterSnapshot>(json, s => s.Version, "snapshot");

    /// <summary>The plan, or why the bytes are none.</summary>
    public static Outcome<Plan> ReadPlan(ReadOnlySpan<byte> json) => Read<Plan>(json, p => p.Version, "plan");

    private static Outcome<T> Read<T>(ReadOnlySpan<byte> json, Func<T, int> version, string what) where T : class
    {
        T? value;
        string? fault;
        try
        {
            value = JsonSerializer.Deserialize<T>(json, _options);
            fault = value is null ? Empty : Fault(json);
        }
        // The reader's own word for a name of which the bytes are no text.
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return Refusal.Invalid(what, $"The recorded {what} can't be read: {e.Message} Export it again.");
        }

        if (value is null || fault is not null) return Refusal.Invalid(what, $"The recorded {what} {fault}. Export it again.");
        return version(value) == ClusterSnapshot.CurrentVersion ? value
            : Refusal.Invalid(what, $"The recorded {what} has version {version(value)}, this program reads {ClusterSnapshot.CurrentVersion}. Use the program that wrote it, or export it again.");
    }

    /// <summary>The serializer sees a null that should be an object, but not one in a list (only profiles may be missing); and it takes a number that is too large for an endless one.</summary>
    private static string? Fault(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        var mayMiss = new Stack<bool>();
        var name = "";
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName) name = reader.GetString();
            else if (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject) mayMiss.Push(reader.TokenType == JsonTokenType.StartObject || name == "profiles");
            else if (reader.TokenType is JsonTokenType.EndArray or JsonTokenType.EndObject) mayMiss.Pop();
            else if (reader.TokenType == JsonTokenType.Null && !mayMiss.Peek()) return Empty;
            else if (reader.TokenType == JsonTokenType.Number && !double.IsFinite(reader.GetDouble())) return "has a number that is too large";
        }

        return null;
    }
}
