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

    public Task<IReadOnlyList<LogLine>> TailAsync(AppId app, LogFilter filter, int count, CancellationToken token) =>
        count <= 0 ? Task.FromResult<IReadOnlyList<LogLine>>([]) : Task.Run(() => Tail(app, filter, count, token), token);

    public IAsyncEnumerable<LogLine> FollowAsync(AppId app, LogFilter filter, CancellationToken token) =>
        // Here and not at the first turn of the loop: 'from now on' means from this call.
        FollowAsync(new AppFollower(_options, app, filter), token);

    public Task<LogCursor> EndAsync(AppId app, LogFilter filter, CancellationToken token)
    {
        using var follower = new AppFollower(_options, app, filter);
        return Task.FromResult(follower.Cursor);
    }

    public IAsyncEnumerable<LogLine> FollowAsync(AppId app, LogFilter filter, LogCursor from, CancellationToken token) =>
        FollowAsync(new AppFollower(_options, app, filter, from), token);

    private async IAsyncEnumerable<LogLine> FollowAsync(AppFollower follower, [EnumeratorCancellation] CancellationToken token)
    {
        using var _ = follower;
        for (var pause = SoonestPoll; ;)
        {
            var lines = await Task.Run(follower.Take, token);
            foreach (var line in lines) yield return line;
            pause = lines.Count > 0 ? SoonestPoll : pause * 2;
            if (pause > _options.PollEvery) pause = _options.PollEvery;
            await Task.Delay(pause, clock, token);
        }
    }

    private IReadOnlyList<LogLine> Tail(AppId app, LogFilter filter, int count, CancellationToken token)
    {
        IReadOnlyList<LogLine> newest = [];
        foreach (var (spool, writtenAt) in Spools(app, filter))
        {
            // The other spools end before the oldest line that is wanted.
            if (newest.Count == count && newest[0].At > writtenAt + FileTimeLag) break;
            var lines = new SpoolTail(spool, _options.MaxLineBytes).Read(count, token);
            newest = [.. newest.Concat(lines).OrderBy(line => line.At).TakeLast(count)];
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
