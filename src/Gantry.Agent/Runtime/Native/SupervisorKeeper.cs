using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Gantry.Agent.Runtime.Native;

/// <summary>Keeps the supervisor running and the connection to it open, so that no exit waits for the next request.</summary>
internal sealed partial class SupervisorKeeper(SupervisorLink link, StatusBoard board, FifoKeeper fifos, ILogger<SupervisorKeeper> logger) : BackgroundService
{
    private static readonly TimeSpan _retry = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Both must listen before the first connection tells what is there.
        _ = (board, fifos);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await link.WaitForLossAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is RuntimeException or IOException)
            {
                Log.Failed(logger, e.Message);
                await Task.Delay(_retry, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "The supervisor of this host cannot be reached, trying again: {Error}")]
        public static partial void Failed(ILogger logger, string error);
    }
}
