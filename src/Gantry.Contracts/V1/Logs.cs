using System.Text.Json.Serialization;

namespace Gantry.Contracts.V1;

/// <summary>Where to read an app's log; the address carries its own short-lived token and always has a query string.</summary>
public sealed record LogsReply(AppResource App, string LogsUrl);

/// <summary>
/// A frame of the log stream: <c>log</c> with a line and its line feed, or <c>ping</c>. For a client that asks with
/// <c>after</c>, one is <c>position</c>: lines before it are the past that was asked for, and each line behind it says
/// where its source goes on.
/// </summary>
public sealed record LogFrame(
    string Event,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Log = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? Timestamp = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Position = null);

public sealed record LogsArchivesReply(string NextCursor, bool HasMore, IReadOnlyList<LogsArchiveResource> Archives);

public sealed record LogsArchiveResource(string Url, string From, string To, long Size);
