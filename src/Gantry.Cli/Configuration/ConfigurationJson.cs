using System.Text.Json.Serialization;

namespace Gantry.Cli.Configuration;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(Settings))]
[JsonSerializable(typeof(CredentialSet))]
internal sealed partial class ConfigurationJson : JsonSerializerContext;
