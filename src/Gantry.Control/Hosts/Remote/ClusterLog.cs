using System.Threading.Channels;
using Gantry.Agent.Logs;
using Gantry.Agent.Runtime;
using Gantry.Domain;
using Microsoft.Extensions.Logging;

namespace Gantry.Control.Hosts.Remote;

/// <summary>
/// The log of an app wherever its containers ran. What the platform says is kept here; what a container wrote stays on its host,
/// and no two hosts have a spool of the same name, so one cursor serves all.
/// </summary>
internal sealed partial class ClusterLog(IAppLog local, HostSessions hosts, TimeProvider time, ILogger<ClusterLog> logger) : IAppLog
{
    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(500);

    private const string Source = "platform";

    private const string NotWhole =
        "-- a host does not answer: if containers of this app ran there, what they wrote is missing here until it is back --";

    public void Append(AppId app, string source, string text) => local.Append(app, source, text);

    public async Task<IReadOnlyList<LogLine>> TailAsync(AppId app, LogFilter filter, int count, CancellationToken token) =>
        (await GatherAsync(app, filter, count, token).ConfigureAwait(false)).Lines;

    public async Task<LogCursor> EndAsync(AppId app, LogFilter filter, CancellationToken token)
    {
        var ends = Ready().Select(h => TryAsync(h, () => h.Remote.Log.EndAsync(app, filter, token))).ToList();
        var texts = new List<string> { (await local.EndAsync(app, filter, token).ConfigureAwait(false)).ToString() };
        foreach (var end in ends)
            texts.Add((await end.ConfigureAwait(false))?.ToString() ?? "");
        return LogCursor.Parse(string.Join(' ', texts));
    }

    public IAsyncEnumerable<LogLine> FollowAsync(AppId app, LogFilter filter, CancellationToken token) =>
        hosts.All.Count == 0 ? local.FollowAsync(app, filter, token) : FollowAsync(app, filter, EndAsync(app, filter, token), token);

    public IAsyncEnumerable<LogLine> FollowAsync(AppId app, LogFilter filter, LogCursor from, CancellationToken token) =>
        hosts.All.Count == 0 ? local.FollowAsync(app, filter, from, token) : FollowAsync(app, filter, Task.FromResult(from), token);

    /// <remarks>Who reads it is told when it is not all: missing lines look like an app that said nothing.</remarks>
    public async Task<LogBatch> TailBatchAsync(AppId app, LogFilter filter, int count, CancellationToken token)
    {
        if (hosts.All.Count == 0)
            return await local.TailBatchAsync(app, filter, count, token).ConfigureAwait(false);
        var (lines, isWhole) = await GatherAsync(app, filter, count, token).ConfigureAwait(false);
        return LogBatch.Of(isWhole ? lines : [.. lines, new LogLine(time.GetUtcNow(), Source, NotWhole) { Position = LogPosition.Beginning(Source) }]);
    }

    public IAsyncEnumerable<LogBatch> FollowBatchesAsync(AppId app, LogFilter filter, LogCursor? from, CancellationToken token) =>
        hosts.All.Count == 0 ? local.FollowBatchesAsync(app, filter, from, token)
        : LogBatch.EachAsync(from is null ? FollowAsync(app, filter, token) : FollowAsync(app, filter, from, token));

    /// <summary>A host that is away keeps what it has of the log until its own bounds remove it.</summary>
    public async Task RemoveAsync(AppId app, CancellationToken token)
    {
        foreach (var host in Ready())
            await TryAsync(host, async () =>
            {
                await host.Remote.Log.RemoveAsync(app, token).ConfigureAwait(false);
                return true;
            }).ConfigureAwait(false);
        await local.RemoveAsync(app, token).ConfigureAwait(false);
    }

    private async Task<(List<LogLine> Lines, bool IsWhole)> GatherAsync(AppId app, LogFilter filter, int count, CancellationToken token)
    {
        var all = hosts.All;
        var ready = all.Where(IsReady).ToList();
        var elsewhere = ready.Select(h => TryAsync(h, () => h.Remote.Log.TailAsync(app, filter, count, token))).ToList();
        IEnumerable<LogLine> lines = await local.TailAsync(app, filter, count, token).ConfigureAwait(false);
        var isWhole = ready.Count == all.Count;
        foreach (var tail in elsewhere)
        {
            var there = await tail.ConfigureAwait(false);
            isWhole &= there is not null;
            lines = lines.Concat(there ?? []);
        }

        return ([.. lines.OrderBy(l => l.At).TakeLast(count)], isWhole);
    }

    private async IAsyncEnumerable<LogLine> FollowAsync(
        AppId app, LogFilter filter, Task<LogCursor> from, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken token)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(token);
        // Bounded: who reads slowly holds the readers back, which then say how much they missed.
        var merged = Channel.CreateBounded<LogLine>(1024);
        var start = await from.ConfigureAwait(false);
        var merging = MergeAsync(app, filter, start.ToString(), merged.Writer, stop.Token);
        try
        {
            await foreach (var line in merged.Reader.ReadAllAsync(token).ConfigureAwait(false))
                yield return line;
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await merging.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>One reader for each host, also for those that come later.</summary>
    private async Task MergeAsync(AppId app, LogFilter filter, string from, ChannelWriter<LogLine> merged, CancellationToken token)
    {
        var readers = new Dictionary<HostId, Task>();
        var here = ReadAsync(cursor => local.FollowAsync(app, filter, cursor, token), from, merged, token);
        try
        {
            while (!here.IsCompleted && !readers.Values.Any(r => r.IsFaulted))
            {
                foreach (var host in hosts.All.Where(h => !readers.ContainsKey(h.Id)))
                    readers[host.Id] = ReadAsync(cursor => host.Remote.Log.FollowAsync(app, filter, cursor, token), from, merged, token);
                await Task.Delay(_look, time, token).ConfigureAwait(false);
            }

            await Task.WhenAll([here, .. readers.Values.Where(r => r.IsFaulted)]).ConfigureAwait(false);
            merged.TryComplete();
        }
        catch (Exception e)
        {
            merged.TryComplete(e);
        }
    }

    /// <summary>Goes on behind the last line of each spool when the host comes back.</summary>
    private async Task ReadAsync(Func<LogCursor, IAsyncEnumerable<LogLine>> follow, string from, ChannelWriter<LogLine> merged, CancellationToken token)
    {
        var cursor = LogCursor.Parse(from);
        while (true)
        {
            try
            {
                await foreach (var line in follow(LogCursor.Parse(cursor.ToString())).ConfigureAwait(false))
                {
                    await merged.WriteAsync(line, token).ConfigureAwait(false);
                    cursor.Pass(line.Position);
                }
            }
            catch (RuntimeException)
            {
                // It does not answer; its session says so.
            }

            await Task.Delay(_look, time, token).ConfigureAwait(false);
        }
    }

    private List<HostSession> Ready() => [.. hosts.All.Where(IsReady)];

    private static bool IsReady(HostSession host) => host.Presence == HostPresence.Ready;

    private async Task<T?> TryAsync<T>(HostSession host, Func<Task<T>> ask)
    {
        try
        {
            return await ask().ConfigureAwait(false);
        }
        catch (RuntimeException e)
        {
            Log.Missing(logger, host.Id.Value, e.Message);
            return default;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Lines of the host {Host} are missing from an answer: {Reason}")]
        public static partial void Missing(ILogger logger, string host, string reason);
    }
}
