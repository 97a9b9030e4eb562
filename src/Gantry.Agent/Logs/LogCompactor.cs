using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Gantry.Agent.Logs;

/// <summary>Keeps the logs small: removes what is over the bounds and compresses what nobody writes to any more.</summary>
internal sealed partial class LogCompactor(
    IOptions<AppLogOptions> options, TimeProvider clock, ILogger<LogCompactor> logger) : BackgroundService
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
            new AppCompaction(directory, options.Value, clock.GetUtcNow()).Run();
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

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Debug, "A log segment vanished while {Directory} was compacted: {Reason}")]
        public static partial void Vanished(ILogger logger, string directory, string reason);

        [LoggerMessage(LogLevel.Error, "The logs in {Directory} could not be compacted. Free disk space or repair the file system; it is tried again.")]
        public static partial void Failed(ILogger logger, string directory, Exception exception);
    }
}
