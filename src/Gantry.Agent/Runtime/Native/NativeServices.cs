using Gantry.Agent.Images;
using Gantry.Agent.Remote;
using Gantry.Agent.Runtime;
using Gantry.Agent.Runtime.Native;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registration of the native runtime.</summary>
internal static class NativeServices
{
    /// <summary>Adds <see cref="IContainerRuntime"/> with what belongs to it.</summary>
    public static IServiceCollection AddNativeRuntime(this IServiceCollection services)
    {
        services.AddSingleton<ILayerCache, LayerCache>();
        services.AddNeighbours<HostNeighbours>();
        services.AddSingleton<SupervisorLauncher>();
        services.AddSingleton<SupervisorLink>();
        services.AddSingleton<StatusBoard>();
        services.AddSingleton<FifoKeeper>();
        services.AddSingleton<NativeRuntime>();
        services.AddSingleton<IContainerRuntime>(p => p.GetRequiredService<NativeRuntime>());
        services.AddSingleton<HostControl>();
        services.AddSingleton<Gantry.Agent.IHostCleanup>(p => p.GetRequiredService<HostControl>());
        services.AddSingleton<Gantry.Agent.IHostFacts>(p => p.GetRequiredService<HostControl>());
        services.AddHostedService<SupervisorKeeper>();
        return services;
    }
}
