using Gantry.Control.Leading;
using Microsoft.Extensions.DependencyInjection;

namespace Gantry.Control.LogDrains;

internal static class LogDrainServices
{
    public static IServiceCollection AddLogDrains(this IServiceCollection services)
    {
        services.AddOptions<LogDrainOptions>();
        services.AddSingleton<DrainNetwork>();
        return services.AddTermLoop<LogDrainLoop>();
    }
}
