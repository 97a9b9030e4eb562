using Gantry.Domain;

namespace Gantry.Agent.Logs;

/// <summary>What has left the log of an app and is still kept, compressed.</summary>
public interface ILogArchives
{
    /// <summary>The archives of an app, newest first.</summary>
    IReadOnlyList<LogArchive> List(AppId app);

    /// <summary>The lines of an archive in order; null when there is none of that id, or none any more.</summary>
    IEnumerable<LogLine>? Read(AppId app, string id);
}

/// <summary>A part of what one container or other source wrote.</summary>
/// <param name="Id">Fits into an address as it is.</param>
/// <param name="Size">Bytes it takes, compressed.</param>
public sealed record LogArchive(string Id, DateTimeOffset From, DateTimeOffset To, long Size);
