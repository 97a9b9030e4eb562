using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Gantry.Agent.Logs;

/// <summary>Keeps the logs small: removes what is over the bounds and compresses what nobody writes to any more.</summary>
internal sealed partial class LogCompactor(
    IOptions<AppLogOptions> options, LogDisk disk, TimeProvider clock, ILogger<LogCompactor> logger) : BackgroundService
{
    /// <summary>One round over all apps.</summary>
    public void Compact(CancellationToken token)
    {
        if (!Directory.Exists(options.Value.Directory)) return;
        foreach (var app in Directory.EnumerateDirectories(options.Value.Directory))
        {
            token.ThrowIfCancellationRequested();
            CompactApp(app);
        }
        BoundHost();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.CompactEvery, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            await Task.Run(() => Compact(stoppingToken), stoppingToken);
    }

    private void CompactApp(string directory)
    {
        try
        {
            var round = new AppCompaction(directory, options.Value, clock.GetUtcNow());
            round.Run();
            if (round.Lost == 0) return;
            Log.NotArchived(logger, round.Lost, directory);
            disk.Status = disk.Status with { DeletedEarly = disk.Status.DeletedEarly + round.Lost };
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            // The supervisor's own bound or the removal of the app was faster; the next round sees what is left.
            Log.Vanished(logger, directory, e.Message);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.Failed(logger, directory, e);
        }
    }

    private void BoundHost()
    {
        try
        {
            var before = disk.Status;
            disk.Status = new HostLogBound(options.Value).Apply(before.DeletedEarly);
            if (disk.Status.Trouble is { } trouble) Log.TooMuch(logger, trouble);
            else if (before.Trouble is not null) Log.Enough(logger, disk.Status.Bytes >> 20, disk.Status.Bound >> 20);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.Failed(logger, options.Value.Directory, e);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "{Trouble}")]
        public static partial void TooMuch(ILogger logger, string trouble);

        [LoggerMessage(LogLevel.Information, "The logs of all apps have room again: {MiB} of {Bound} MiB.")]
        public static partial void Enough(ILogger logger, long miB, long bound);

        [LoggerMessage(LogLevel.Error, "The disk is full: {Bytes} bytes of {Directory} were deleted instead of archived. Free disk space.")]
        public static partial void NotArchived(ILogger logger, long bytes, string directory);

        [LoggerMessage(LogLevel.Debug, "A log segment vanished while {Directory} was compacted: {Reason}")]
        public static partial void Vanished(ILogger logger, string directory, string reason);

        [LoggerMessage(LogLevel.Error, "The logs in {Directory} could not be compacted. Free disk space or repair the file system; it is tried again.")]
        public static partial void Failed(ILogger logger, string directory, Exception exception);
    }
}
