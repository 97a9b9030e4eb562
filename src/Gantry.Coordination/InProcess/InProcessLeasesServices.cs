using Microsoft.Extensions.DependencyInjection;

namespace Gantry.Coordination.InProcess;

/// <summary>Registration of leases inside one process.</summary>
public static class InProcessLeasesServices
{
    /// <summary>Mutual exclusion between the rooms of one process.</summary>
    public static IServiceCollection AddInProcessLeases(this IServiceCollection services) =>
        services.AddSingleton<ILeases, InProcessLeases>();
}
