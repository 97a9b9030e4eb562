using System.Text.Json.Serialization;

namespace Gantry.Contracts.V1;

/// <summary>A log service that gets every line of an app; the address holds its credentials.</summary>
public sealed record LogDrainResource(string AppId, string Url);

public sealed record LogDrainReply(LogDrainResource Drain);

public sealed record LogDrainsReply(IReadOnlyList<LogDrainResource> Drains);

public sealed record CreateLogDrainRequest(CreateLogDrainBody? Drain);

/// <summary>All strings, the port too; which of them are needed depends on the type.</summary>
public sealed record CreateLogDrainBody(
    string? Type,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Url = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Host = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Port = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Token = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? DrainRegion = null);

public sealed record RemoveLogDrainRequest(string? Url);
