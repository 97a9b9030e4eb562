using Gantry.Control.Hosts.Joining;
using Gantry.Control.Hosts.Moves;
using Gantry.Control.Hosts.Remote;
using Microsoft.Extensions.DependencyInjection;

namespace Gantry.Control.Hosts;

internal static class HostServices
{
    public static IServiceCollection AddHosts(this IServiceCollection services)
    {
        services.AddOptions<SchedulingOptions>();
        services.AddSingleton<LocalHost>().AddSingleton<ContainerProfiles>().AddSingleton<ContainerPlacer>().AddSingleton<HostAlarms>();
        services.AddSingleton<IHostPlanner, HostPlanner>();
        services.AddHostJoining();
        services.AddRemoteHostSessions();
        services.AddMoves();
        return services.AddHostedService<HotspotLoop>();
    }
}
