using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Gantry.Agent.Logs;

namespace Gantry.Control.LogDrains;

/// <summary>Lines in the JSON that each service takes.</summary>
internal static class LogJson
{
    public static byte[] Gelf(LogLine line, string app, string token) => Encode(new JsonObject
    {
        ["version"] = "1.1", ["host"] = app, ["short_message"] = line.Text.Length == 0 ? " " : line.Text,
        ["timestamp"] = line.At.ToUnixTimeMilliseconds() / 1000.0, ["level"] = 6, ["_source"] = line.Source, ["_X-OVH-TOKEN"] = token,
    });

    /// <summary>The bulk format. The id is made of the line's place in the log, so what is sent twice is there once.</summary>
    public static byte[] Elastic(IReadOnlyList<LogLine> lines, string app)
    {
        using var body = new MemoryStream();
        foreach (var line in lines)
        {
            var id = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{app} {line.Position}")).AsSpan(0, 16));
            var index = $"gantry-{app}-{line.At.UtcDateTime.ToString("yyyy.MM.dd", CultureInfo.InvariantCulture)}";
            body.Write(Encode(new JsonObject { ["create"] = new JsonObject { ["_index"] = index, ["_id"] = id } }));
            body.Write("\n"u8);
            body.Write(Encode(new JsonObject { ["@timestamp"] = Time(line), ["app"] = app, ["source"] = line.Source, ["message"] = line.Text }));
            body.Write("\n"u8);
        }
        return body.ToArray();
    }

    public static byte[] Datadog(IReadOnlyList<LogLine> lines, string app) => Encode(new JsonArray([.. lines.Select(line => new JsonObject
    {
        ["ddsource"] = "gantry", ["service"] = app, ["hostname"] = $"{app}-{line.Source}", ["timestamp"] = Time(line), ["message"] = line.Text,
    })]));

    public static byte[] BetterStack(IReadOnlyList<LogLine> lines, string app) => Encode(new JsonArray([.. lines.Select(line => new JsonObject
    {
        ["dt"] = Time(line), ["app"] = app, ["source"] = line.Source, ["message"] = line.Text,
    })]));

    public static byte[] AppSignal(IReadOnlyList<LogLine> lines, string app)
    {
        using var body = new MemoryStream();
        foreach (var line in lines)
        {
            body.Write(Encode(new JsonObject { ["timestamp"] = Time(line), ["group"] = line.Source, ["hostname"] = app, ["severity"] = "info", ["message"] = line.Text }));
            body.Write("\n"u8);
        }
        return body.ToArray();
    }

    private static string Time(LogLine line) => line.At.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);

    private static byte[] Encode(JsonNode node) => JsonSerializer.SerializeToUtf8Bytes(node);
}
