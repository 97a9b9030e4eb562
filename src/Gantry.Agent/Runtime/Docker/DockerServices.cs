using Gantry.Agent.Images;
using Gantry.Agent.Remote;
using Gantry.Agent.Runtime;
using Gantry.Agent.Runtime.Docker;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registration of the runtime on a Docker Engine.</summary>
internal static class DockerServices
{
    /// <summary>Adds <see cref="IContainerRuntime"/> with what belongs to it. Needs the layer cache's parts and the syslog listener.</summary>
    public static IServiceCollection AddDockerRuntime(this IServiceCollection services)
    {
        services.AddSingleton<EngineLink>().AddSingleton<EngineUsers>().AddSingleton<StackImages>().AddSingleton<Networks>().AddSingleton<PacketFilter>();
        services.AddSingleton<HostNeighbours>().AddNeighbours<EngineNeighbours>();
        services.AddSingleton<ContainerFolders>().AddSingleton<ContainerSettings>().AddSingleton<EngineContainers>().AddSingleton<DockerRuntime>();
        services.AddSingleton(p => new EngineStatus(p.GetRequiredService<IOptions<Gantry.Agent.AgentOptions>>().Value.EffectiveCgroupParent));
        services.AddSingleton<LayerCache>().AddSingleton<ILayerCache, StackCollector>();
        services.AddSingleton<IContainerRuntime>(p => p.GetRequiredService<DockerRuntime>());
        services.AddSingleton<DockerHost>();
        services.AddSingleton<Gantry.Agent.IHostCleanup>(p => p.GetRequiredService<DockerHost>());
        services.AddSingleton<Gantry.Agent.IHostFacts>(p => p.GetRequiredService<DockerHost>());
        services.AddSingleton<LogEnds>().AddHostedService(p => p.GetRequiredService<LogEnds>());
        services.AddHostedService<EngineEvents>();
        return services;
    }
}
