using System.Collections.Concurrent;
using Gantry.Agent.Logs;
using Gantry.Domain;

namespace Gantry.Api.Tests.Support;

/// <summary>Archives in memory: a line each.</summary>
internal sealed class FakeLogArchives : ILogArchives
{
    public ConcurrentDictionary<AppId, List<LogArchive>> Kept { get; } = new();

    public IReadOnlyList<LogArchive> List(AppId app) => Kept.GetValueOrDefault(app) ?? [];

    public IEnumerable<LogLine>? Read(AppId app, string id) =>
        List(app).FirstOrDefault(archive => archive.Id == id) is { } found ? [new LogLine(found.From, "web-1", $"line of {id}")] : null;
}
