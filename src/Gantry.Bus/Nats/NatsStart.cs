using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Gantry.Bus.Nats;

/// <summary>
/// Has the bus listen before anybody subscribes, and stops the program should one of its loops die. Without NATS the program starts all the same: notifications only
/// make things quicker, and the loops look at their stores by the clock too.
/// </summary>
internal sealed partial class NatsStart(NatsBus bus, ILogger<NatsStart> logger) : BackgroundService, IHostedLifecycleService
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(5);

    public async Task StartingAsync(CancellationToken token)
    {
        try
        {
            await bus.Listening.WaitAsync(_patience, token);
        }
        catch (TimeoutException)
        {
            Log.NotThere(logger);
        }
    }

    public Task StartedAsync(CancellationToken token) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken token) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken token) => Task.CompletedTask;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => bus.Running.WaitAsync(stoppingToken);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "NATS is not there yet: until it is, changes made elsewhere are noticed later.")]
        public static partial void NotThere(ILogger logger);
    }
}
