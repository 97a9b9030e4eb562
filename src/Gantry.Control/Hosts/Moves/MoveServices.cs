using Gantry.Control.Leading;
using Microsoft.Extensions.DependencyInjection;

namespace Gantry.Control.Hosts.Moves;

internal static class MoveServices
{
    public static IServiceCollection AddMoves(this IServiceCollection services)
    {
        services.AddSingleton<DrainLooks>();
        services.AddScoped<MoveFailures>().AddScoped<HostDepartures>().AddScoped<ContainerMover>();
        services.AddScoped<DrainStep>().AddScoped<RepackStep>().AddScoped<ReliefStep>().AddScoped<OverdueMoves>();
        services.AddScoped<IHostDrains>(HostServices.WithTheLeadersPlacer<HostDrains>);
        services.AddScoped<IRepackings>(HostServices.WithTheLeadersPlacer<Repackings>);
        return services.AddTermLoop<MoveLoop>();
    }
}
