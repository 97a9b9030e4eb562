using Gantry.Domain;

namespace Gantry.Agent.Logs;

/// <summary>The kept log of each app: what containers wrote, what the router and the platform say.</summary>
public interface IAppLog
{
    /// <summary>Adds lines of the platform itself (<c>router</c>, <c>scalingo</c>-style notices) to an app's log. Never blocks.</summary>
    void Append(AppId app, string source, string text);

    /// <summary>The last <paramref name="count"/> lines that match, oldest first.</summary>
    Task<IReadOnlyList<LogLine>> TailAsync(AppId app, LogFilter filter, int count, CancellationToken token);

    /// <summary>Lines from now on, in order of each source, without loss or repetition across rotation.</summary>
    IAsyncEnumerable<LogLine> FollowAsync(AppId app, LogFilter filter, CancellationToken token);

    /// <summary>Forgets the log of a deleted app.</summary>
    Task RemoveAsync(AppId app, CancellationToken token);
}

/// <summary>One line, without its line feed.</summary>
/// <param name="Source">Label of the container, <c>router</c> or another source.</param>
public sealed record LogLine(DateTimeOffset At, string Source, string Text);
