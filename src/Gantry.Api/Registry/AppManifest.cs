using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Gantry.Domain;
using Gantry.Domain.Images;

namespace Gantry.Api.Registry;

/// <summary>
/// An image in the words of the OCI image specification: a configuration, and the layers of stack and app. The same
/// image gives the same bytes each time.
/// </summary>
internal sealed class AppManifest
{
    public const string MediaType = "application/vnd.oci.image.manifest.v1+json";
    public const string ConfigMediaType = "application/vnd.oci.image.config.v1+json";
    public const string LayerMediaType = "application/vnd.oci.image.layer.v1.tar";

    public AppManifest(Image image, PlainLayer root, PlainLayer app)
    {
        Layers = [root, app];
        Config = Json(json => WriteConfig(json, image));
        ConfigDigest = DigestOf(Config);
        Bytes = Json(WriteManifest);
        Digest = DigestOf(Bytes);
    }

    /// <summary>The manifest as it is sent.</summary>
    public byte[] Bytes { get; }

    public Digest Digest { get; }

    public byte[] Config { get; }

    public Digest ConfigDigest { get; }

    public IReadOnlyList<PlainLayer> Layers { get; }

    private void WriteManifest(Utf8JsonWriter json)
    {
        json.WriteNumber("schemaVersion", 2);
        json.WriteString("mediaType", MediaType);
        json.WriteStartObject("config");
        WriteDescriptor(json, ConfigMediaType, ConfigDigest, Config.Length);
        json.WriteEndObject();
        json.WriteStartArray("layers");
        foreach (var layer in Layers)
        {
            json.WriteStartObject();
            WriteDescriptor(json, LayerMediaType, layer.Digest, layer.Size);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteDescriptor(Utf8JsonWriter json, string mediaType, Digest digest, long size)
    {
        json.WriteString("mediaType", mediaType);
        json.WriteString("digest", digest.Value);
        json.WriteNumber("size", size);
    }

    private void WriteConfig(Utf8JsonWriter json, Image image)
    {
        var created = image.CreatedAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        json.WriteString("created", created);
        json.WriteString("architecture", RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "arm64" : "amd64");
        json.WriteString("os", "linux");
        json.WriteStartObject("config");
        WriteStart(json, image);
        json.WriteEndObject();
        json.WriteStartObject("rootfs");
        json.WriteString("type", "layers");
        Strings(json, "diff_ids", Layers.Select(l => l.Digest.Value));
        json.WriteEndObject();
        json.WriteStartArray("history");
        foreach (var step in (string[])["the stack", "what the build made"])
        {
            json.WriteStartObject();
            json.WriteString("created", created);
            json.WriteString("created_by", $"gantry: {step}");
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>As the runtimes of the platform start it; without a command of its own it is the app's <c>web</c>.</summary>
    private static void WriteStart(Utf8JsonWriter json, Image image)
    {
        json.WriteString("User", $"{AppUser.Id}:{AppUser.Id}");
        Strings(json, "Env", AppStart.Environment(image).OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => $"{e.Key}={e.Value}"));
        Strings(json, "Entrypoint", AppStart.Entrypoint);
        if (image.ProcessTypes.TryGetValue("web", out var web))
            Strings(json, "Cmd", [web]);
        json.WriteString("WorkingDir", AppStart.Directory);
        json.WriteStartObject("Labels");
        json.WriteString("org.opencontainers.image.revision", image.SourceVersion);
        foreach (var (type, command) in image.ProcessTypes.OrderBy(t => t.Key, StringComparer.Ordinal))
            json.WriteString($"gantry.process.{type}", command);
        json.WriteEndObject();
    }

    private static void Strings(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }

    private static byte[] Json(Action<Utf8JsonWriter> write)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return bytes.ToArray();
    }

    private static Digest DigestOf(byte[] bytes) => Digest.FromSha256(SHA256.HashData(bytes));
}
