using System.Text.Json.Serialization;
using Gantry.Contracts.V1;

namespace Gantry.Cli.Output;

/// <summary>A deployment with its output.</summary>
internal sealed record DeploymentLog(DeploymentResource Deployment, string Output);

/// <summary>An element of the streams that <c>--format json</c> prints, one a line; unused members are left out.</summary>
internal sealed record StreamEvent(string Type)
{
    public string? Status { get; init; }
    public string? Content { get; init; }
    public DeploymentResource? Deployment { get; init; }
}

/// <summary>A line of an app's log, taken apart.</summary>
internal sealed record LogRecord(string? Timestamp, string? Source, string Text);

/// <summary>What the address of a thing is, for commands that have nothing else to say.</summary>
internal sealed record OperationResult(string? Operation, string Status);

/// <summary>A variable by its name and value.</summary>
internal sealed record NameValue(string Name, string Value);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(DeploymentLog))]
[JsonSerializable(typeof(StreamEvent))]
[JsonSerializable(typeof(LogRecord))]
[JsonSerializable(typeof(OperationResult))]
[JsonSerializable(typeof(NameValue))]
[JsonSerializable(typeof(IReadOnlyList<NameValue>))]
internal sealed partial class CliJson : JsonSerializerContext;
