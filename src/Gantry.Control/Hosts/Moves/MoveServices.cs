using Microsoft.Extensions.DependencyInjection;

namespace Gantry.Control.Hosts.Moves;

internal static class MoveServices
{
    public static IServiceCollection AddMoves(this IServiceCollection services)
    {
        services.AddSingleton<MoveFailures>().AddSingleton<HostDepartures>().AddSingleton<ContainerMover>();
        services.AddSingleton<DrainStep>().AddSingleton<ReliefStep>().AddSingleton<OverdueMoves>();
        services.AddSingleton<IHostDrains, HostDrains>();
        return services.AddHostedService<MoveLoop>();
    }
}
