using System.Collections.Concurrent;
using Gantry.Agent.Logs;

namespace Gantry.Logs.Tests.Support;

/// <summary>A follower that remembers all it was given.</summary>
internal sealed class Collector : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _reading;

    public Collector(IAppLog log, string filter = "") =>
        _reading = Read(log.FollowAsync(Kept.App, LogFilter.Parse(filter), _stop.Token));

    public Collector(IAppLog log, LogCursor from) => _reading = Read(log.FollowAsync(Kept.App, LogFilter.All, from, _stop.Token));

    public ConcurrentQueue<LogLine> Lines { get; } = new();

    public async Task UntilCount(int count) => await Until.TrueAsync(
        () => Lines.Count >= count || _reading.IsFaulted, $"{count} lines, {Lines.Count} came; {_reading.Exception}");

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task Read(IAsyncEnumerable<LogLine> lines)
    {
        await foreach (var line in lines) Lines.Enqueue(line);
    }
}
