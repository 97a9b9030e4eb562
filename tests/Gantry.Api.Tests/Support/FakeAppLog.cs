using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Gantry.Agent.Logs;
using Gantry.Domain;

namespace Gantry.Api.Tests.Support;

/// <summary>A log in memory.</summary>
internal sealed class FakeAppLog : IAppLog
{
    private readonly ConcurrentDictionary<AppId, List<LogLine>> _lines = new();
    private readonly ConcurrentDictionary<Channel<LogLine>, (AppId App, LogFilter Filter)> _followers = new();

    public int Followers(AppId app) => _followers.Values.Count(f => f.App == app);

    public void Append(AppId app, string source, string text) => Add(app, new LogLine(DateTimeOffset.UtcNow, source, text));

    public void Add(AppId app, LogLine line)
    {
        lock (_lines)
            _lines.GetOrAdd(app, _ => []).Add(line);
        foreach (var (channel, follower) in _followers)
            if (follower.App == app && follower.Filter.Matches(line.Source))
                channel.Writer.TryWrite(line);
    }

    public Task<IReadOnlyList<LogLine>> TailAsync(AppId app, LogFilter filter, int count, CancellationToken token)
    {
        lock (_lines)
            return Task.FromResult<IReadOnlyList<LogLine>>(
                [.. _lines.GetOrAdd(app, _ => []).Where(l => filter.Matches(l.Source)).TakeLast(count)]);
    }

    public async IAsyncEnumerable<LogLine> FollowAsync(AppId app, LogFilter filter, [EnumeratorCancellation] CancellationToken token)
    {
        var channel = Channel.CreateUnbounded<LogLine>();
        _followers[channel] = (app, filter);
        try
        {
            await foreach (var line in channel.Reader.ReadAllAsync(token))
                yield return line;
        }
        finally
        {
            _followers.TryRemove(channel, out _);
        }
    }

    /// <summary>As many as there are, as the real one.</summary>
    public async IAsyncEnumerable<LogBatch> FollowBatchesAsync(
        AppId app, LogFilter filter, LogCursor? from, [EnumeratorCancellation] CancellationToken token)
    {
        var channel = Channel.CreateUnbounded<LogLine>();
        _followers[channel] = (app, filter);
        try
        {
            while (await channel.Reader.WaitToReadAsync(token))
            {
                var lines = new LogBatch();
                while (channel.Reader.TryRead(out var line))
                    lines.Add(line);
                yield return lines;
            }
        }
        finally
        {
            _followers.TryRemove(channel, out _);
        }
    }

    public ConcurrentDictionary<AppId, LogCursor> Ends { get; } = new();

    public Task<LogCursor> EndAsync(AppId app, LogFilter filter, CancellationToken token) => Task.FromResult(Ends.GetValueOrDefault(app, new()));

    public IAsyncEnumerable<LogLine> FollowAsync(AppId app, LogFilter filter, LogCursor from, CancellationToken token) => FollowAsync(app, filter, token);

    public Task RemoveAsync(AppId app, CancellationToken token) => Task.CompletedTask;
}
