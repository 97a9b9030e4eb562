using System.Collections.Concurrent;
using System.Text;
using System.Threading.Channels;
using Gantry.Domain;
using Gantry.Linux.Pipes;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Gantry.Agent.Logs;

/// <summary>Writes the platform's own lines, in the format of the containers' spools, from one task for all apps.</summary>
internal sealed partial class PlatformLog : BackgroundService
{
    /// <summary>More open spools than this are closed and opened again when they are needed.</summary>
    private const int MostOpen = 1024;
    private readonly AppLogOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger<PlatformLog> _logger;
    private readonly Channel<Entry> _queue;
    private readonly ConcurrentDictionary<Target, Dropped> _dropped = new();
    private readonly Dictionary<Target, SpoolWriter> _writers = [];
    private readonly HashSet<AppId> _removed = [];

    public PlatformLog(IOptions<AppLogOptions> options, TimeProvider clock, ILogger<PlatformLog> logger)
    {
        (_options, _clock, _logger) = (options.Value, clock, logger);
        _queue = Channel.CreateBounded<Entry>(new BoundedChannelOptions(_options.PendingLines) { SingleReader = true });
    }

    public void Append(AppId app, string source, string text)
    {
        var target = new Target(app, source, AppLogPaths.PlatformSpool(_options.Directory, app, source));
        if (!_queue.Writer.TryWrite(new Entry(target, text, _clock.GetUtcNow())))
            _dropped.AddOrUpdate(target, _ => new Dropped().With(text), (_, before) => before.With(text));
    }

    /// <summary>Removes a deleted app's log; lines that are still under way are forgotten.</summary>
    public async Task RemoveAsync(AppId app, CancellationToken token)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await _queue.Writer.WriteAsync(new Entry(new Target(app, "", ""), "", default, done), token);
        await done.Task.WaitAsync(token);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        _queue.Writer.TryComplete();
        await base.StopAsync(cancellationToken);
        // The framework does not begin what is stopped before its turn came.
        if (ExecuteTask is { IsCanceled: true })
            await ExecuteAsync(cancellationToken);
    }

    /// <summary>Ends when the queue is closed and empty: lines that wait when the process stops are written.</summary>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (await _queue.Reader.WaitToReadAsync(CancellationToken.None))
        {
            while (_queue.Reader.TryRead(out var entry)) Handle(entry);
            foreach (var target in _dropped.Keys) NoteDropped(target);
        }
        CloseAll();
    }

    private void Handle(Entry entry)
    {
        if (entry.Removed is { } removed) Remove(entry.Target.App, removed);
        else if (!_removed.Contains(entry.Target.App)) Writer(entry.Target).Write(Encoding.UTF8.GetBytes(entry.Text + "\n"), entry.At);
    }

    private void NoteDropped(Target target)
    {
        if (!_dropped.TryRemove(target, out var dropped) || _removed.Contains(target.App)) return;
        Log.Overflow(_logger, dropped.Lines, target.App, target.Source);
        if (!Writer(target).TryNoteLoss(LossReason.Overflow, dropped.Bytes, dropped.Lines))
            _dropped.AddOrUpdate(target, dropped, (_, since) => new(since.Bytes + dropped.Bytes, since.Lines + dropped.Lines));
    }

    private SpoolWriter Writer(Target target)
    {
        if (_writers.TryGetValue(target, out var writer)) return writer;
        if (_writers.Count >= MostOpen) CloseAll();
        return _writers[target] = new SpoolWriter(target.Spool, new SpoolLimits(), _clock);
    }

    private void Remove(AppId app, TaskCompletionSource done)
    {
        _removed.Add(app);
        foreach (var (target, writer) in _writers.Where(entry => entry.Key.App == app).ToList())
        {
            writer.Dispose();
            _writers.Remove(target);
        }
        try
        {
            AppLogPaths.Delete(_options.Directory, app);
            done.SetResult();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            done.SetException(e);
        }
    }

    private void CloseAll()
    {
        foreach (var writer in _writers.Values) writer.Dispose();
        _writers.Clear();
    }

    private readonly record struct Target(AppId App, string Source, string Spool);

    private readonly record struct Entry(Target Target, string Text, DateTimeOffset At, TaskCompletionSource? Removed = null);

    private readonly record struct Dropped(long Bytes, uint Lines)
    {
        public Dropped With(string text) => new(Bytes + Encoding.UTF8.GetByteCount(text) + 1, Lines + 1 + (uint)text.Count(c => c == '\n'));
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "{Lines} lines of {App} [{Source}] were dropped: they came faster than they could be written.")]
        public static partial void Overflow(ILogger logger, uint lines, AppId app, string source);
    }
}
