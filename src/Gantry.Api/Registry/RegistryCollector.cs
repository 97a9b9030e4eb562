using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Gantry.Api.Registry;

/// <summary>What the registry remembers of a layer goes soon after the layer's blob.</summary>
internal sealed partial class RegistryCollector(
    PlainLayers layers, TimeProvider time, IOptions<ApiOptions> options, ILogger<RegistryCollector> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.CollectInterval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await layers.CollectAsync(stoppingToken);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Log.NotCollected(logger, e);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Digests of deleted layers could not be collected; the next round tries again")]
        public static partial void NotCollected(ILogger logger, Exception e);
    }
}
