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

    /// <summary>Where the log ends now: what a follower that must survive restarts begins with.</summary>
    Task<LogCursor> EndAsync(AppId app, LogFilter filter, CancellationToken token);

    /// <summary>
    /// Lines behind a cursor, whatever was restarted meanwhile. The caller passes each line's position to its own
    /// copy of the cursor once the line is dealt with. Lines that the bounds have removed are counted in a line of
    /// their own.
    /// </summary>
    IAsyncEnumerable<LogLine> FollowAsync(AppId app, LogFilter filter, LogCursor from, CancellationToken token);

    /// <summary>As <see cref="TailAsync"/>, for who wants bytes and not objects.</summary>
    async Task<LogBatch> TailBatchAsync(AppId app, LogFilter filter, int count, CancellationToken token) =>
        LogBatch.Of(await TailAsync(app, filter, count, token));

    /// <summary>
    /// As <see cref="FollowAsync(AppId, LogFilter, LogCursor, CancellationToken)"/>, or without a cursor from now on: lines
    /// as many as there are at once. A batch holds them until the next one is asked for.
    /// </summary>
    IAsyncEnumerable<LogBatch> FollowBatchesAsync(AppId app, LogFilter filter, LogCursor? from, CancellationToken token) =>
        LogBatch.EachAsync(from is null ? FollowAsync(app, filter, token) : FollowAsync(app, filter, from, token));

    /// <summary>Forgets the log of a deleted app.</summary>
    Task RemoveAsync(AppId app, CancellationToken token);
}

/// <summary>One line, without its line feed.</summary>
/// <param name="Source">Label of the container, <c>router</c> or another source.</param>
public sealed record LogLine(DateTimeOffset At, string Source, string Text)
{
    /// <summary>Where its spool goes on behind it.</summary>
    public LogPosition Position { get; init; }

    /// <summary>Lines that the bounds had removed before this follower came to them, which this line is about; 0 for all others.</summary>
    public long Missed { get; init; }
}
