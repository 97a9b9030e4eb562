using Microsoft.Extensions.DependencyInjection;

namespace Gantry.Control.Hosts;

internal static class HostServices
{
    public static IServiceCollection AddHosts(this IServiceCollection services)
    {
        services.AddOptions<SchedulingOptions>();
        services.AddSingleton<LocalHost>().AddSingleton<ContainerProfiles>().AddSingleton<ContainerPlacer>().AddSingleton<HostAlarms>();
        services.AddSingleton<IHostPlanner, HostPlanner>();
        return services.AddHostedService<HotspotLoop>();
    }
}
