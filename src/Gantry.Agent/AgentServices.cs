using Gantry.Agent;
using Gantry.Agent.Images;
using Gantry.Agent.Runtime;
using Gantry.Agent.Runtime.Native;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registration of the agent's services.</summary>
public static class AgentServices
{
    /// <summary>Adds the native container runtime, the layer cache and the logs of this host. Needs an <c>IBlobStore</c>.</summary>
    public static IServiceCollection AddAgent(this IServiceCollection services, Action<AgentOptions> configure)
    {
        var options = new AgentOptions();
        configure(options);
        services.AddOptions<AgentOptions>().Configure(configure).Validate(
            o => o.InstanceName.Length is > 0 and <= 8 && o.InstanceName.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c)),
            "AgentOptions.InstanceName must be 1 to 8 lower-case letters and digits: network interfaces are named after it.");
        services.TryAddSingleton(TimeProvider.System);
        services.AddAppLog(o => o.Directory = options.LogsDirectory);
        services.AddSingleton<ILayerCache, LayerCache>();
        services.AddSingleton<SupervisorLauncher>();
        services.AddSingleton<SupervisorLink>();
        services.AddSingleton<StatusBoard>();
        services.AddSingleton<FifoKeeper>();
        services.AddHostMetrics();
        services.AddSingleton<NativeRuntime>();
        services.AddSingleton<IContainerRuntime>(p => p.GetRequiredService<NativeRuntime>());
        services.AddSingleton<HostControl>();
        services.AddSingleton<IHostCleanup>(p => p.GetRequiredService<HostControl>());
        services.AddSingleton<IHostFacts>(p => p.GetRequiredService<HostControl>());
        services.AddHostedService<SupervisorKeeper>();
        return services;
    }
}
