using System.Text.Json;

namespace Gantry.Contracts.V1;

/// <summary>An entry of the timeline; the shape of <see cref="TypeData"/> depends on <see cref="Type"/>.</summary>
public sealed record EventResource(
    string Id, DateTimeOffset CreatedAt, string Type, UserReference User, string AppId, string AppName, string ProjectId,
    string ProjectName, JsonElement TypeData);

public sealed record EventsReply(IReadOnlyList<EventResource> Events, PageMeta Meta);
