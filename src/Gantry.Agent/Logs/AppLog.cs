using System.Runtime.CompilerServices;
using Gantry.Domain;
using Gantry.Linux.Pipes;
using Microsoft.Extensions.Options;

namespace Gantry.Agent.Logs;

/// <summary>The logs of this host's apps, read from the spools that the supervisor and this process write.</summary>
internal sealed class AppLog(IOptions<AppLogOptions> options, PlatformLog platform, TimeProvider clock) : IAppLog
{
    private static readonly TimeSpan SoonestPoll = TimeSpan.FromMilliseconds(10);

    /// <summary>The kernel stamps files with a clock that lags a little behind the one in the index.</summary>
    private static readonly TimeSpan FileTimeLag = TimeSpan.FromSeconds(1);
    private readonly AppLogOptions _options = options.Value;

    public void Append(AppId app, string source, string text) => platform.Append(app, source, text);

    public Task RemoveAsync(AppId app, CancellationToken token) => platform.RemoveAsync(app, token);

    public async Task<IReadOnlyList<LogLine>> TailAsync(AppId app, LogFilter filter, int count, CancellationToken token)
    {
        using var lines = await TailBatchAsync(app, filter, count, token);
        return lines.ToLines();
    }

    public Task<LogBatch> TailBatchAsync(AppId app, LogFilter filter, int count, CancellationToken token) =>
        count <= 0 ? Task.FromResult(new LogBatch()) : Task.Run(() => Tail(app, filter, count, token), token);

    public IAsyncEnumerable<LogLine> FollowAsync(AppId app, LogFilter filter, CancellationToken token) => LinesAsync(FollowBatchesAsync(app, filter, null, token));

    public Task<LogCursor> EndAsync(AppId app, LogFilter filter, CancellationToken token)
    {
        using var follower = new AppFollower(_options, app, filter);
        return Task.FromResult(follower.Cursor);
    }

    public IAsyncEnumerable<LogLine> FollowAsync(AppId app, LogFilter filter, LogCursor from, CancellationToken token) =>
        LinesAsync(FollowBatchesAsync(app, filter, from, token));

    public IAsyncEnumerable<LogBatch> FollowBatchesAsync(AppId app, LogFilter filter, LogCursor? from, CancellationToken token) =>
        // Here and not at the first turn of the loop: 'from now on' means from this call.
        FollowAsync(new AppFollower(_options, app, filter, from), token);

    private static async IAsyncEnumerable<LogLine> LinesAsync(
        IAsyncEnumerable<LogBatch> batches, [EnumeratorCancellation] CancellationToken token = default)
    {
        await foreach (var batch in batches.WithCancellation(token))
            foreach (var line in batch.ToLines()) yield return line;
    }

    private async IAsyncEnumerable<LogBatch> FollowAsync(AppFollower follower, [EnumeratorCancellation] CancellationToken token)
    {
        using var _ = follower;
        using var lines = new LogBatch();
        for (var pause = SoonestPoll; ;)
        {
            var isMore = await Task.Run(() => follower.Take(lines), token);
            if (lines.Count > 0) yield return lines;
            if (isMore) continue;
            pause = lines.Count > 0 ? SoonestPoll : pause * 2;
            if (pause > _options.PollEvery) pause = _options.PollEvery;
            await Task.Delay(pause, clock, token);
        }
    }

    private LogBatch Tail(AppId app, LogFilter filter, int count, CancellationToken token)
    {
        var newest = new LogBatch();
        foreach (var (spool, writtenAt) in Spools(app, filter))
        {
            // The other spools end before the oldest line that is wanted.
            if (newest.Count == count && newest[0].At > writtenAt + FileTimeLag) break;
            var lines = new SpoolTail(spool, _options.MaxLineBytes).Read(count, token);
            if (newest.Count == 0)
            {
                newest = lines;
                continue;
            }
            using var _ = lines;
            newest.Add(lines);
            newest.SortByTime();
            newest.KeepLast(count);
        }
        return newest;
    }

    private IEnumerable<(string Spool, DateTimeOffset WrittenAt)> Spools(AppId app, LogFilter filter) =>
        from spool in AppLogPaths.Spools(AppLogPaths.App(_options.Directory, app))
        where filter.Matches(AppLogPaths.SourceOf(spool))
        let files = SpoolFiles.List(spool)
        where files.Count > 0
        let writtenAt = files[^1].WrittenAt
        orderby writtenAt descending
        select (spool, writtenAt);
}
