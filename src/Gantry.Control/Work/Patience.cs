using Gantry.Store.Records;
using Microsoft.Extensions.Logging;

namespace Gantry.Control.Work;

/// <summary>
/// Loops outlive an outage of the records: the database may be restarted while apps serve. What a loop could not do is done when
/// the records answer again; a failure that will not pass ends the loop, and with it the process.
/// </summary>
internal static partial class Patience
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    public static async Task UntilDoneAsync(Func<Task> work, TimeProvider time, ILogger logger, CancellationToken token, TimeSpan? pause = null)
    {
        for (var failures = 0; ; failures++)
        {
            try
            {
                await work().ConfigureAwait(false);
                return;
            }
            catch (StoreException e) when (e.IsTransient)
            {
                // Once: the outage is one event, however long it takes.
                if (failures == 0)
                    Log.Waits(logger, e);
            }

            await Task.Delay(pause ?? Pause, time, token).ConfigureAwait(false);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "The records do not answer; this loop goes on when they do")]
        public static partial void Waits(ILogger logger, Exception e);
    }
}
