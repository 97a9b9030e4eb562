using Gantry.Control.Hosts.Joining;
using Gantry.Control.Hosts.Moves;
using Gantry.Control.Hosts.Remote;
using Gantry.Control.Leading;
using Microsoft.Extensions.DependencyInjection;

namespace Gantry.Control.Hosts;

internal static class HostServices
{
    public static IServiceCollection AddHosts(this IServiceCollection services)
    {
        services.AddOptions<SchedulingOptions>();
        services.AddSingleton<LocalHost>().AddSingleton<ContainerProfiles>();
        services.AddScoped<ContainerPlacer>().AddScoped<HostAlarms>();
        services.AddScoped<IHostPlanner>(WithTheLeadersPlacer<HostPlanner>);
        services.AddHostJoining();
        services.AddMoves();
        return services.AddRemoteHostSessions();
    }

    /// <summary>Where this process leads, what is asked and changed goes by the leader's own placements; else by the records alone.</summary>
    public static T WithTheLeadersPlacer<T>(IServiceProvider services) => ActivatorUtilities.CreateInstance<T>(
        services, services.GetRequiredService<Leadership>().Find<ContainerPlacer>() ?? services.GetRequiredService<ContainerPlacer>());
}
