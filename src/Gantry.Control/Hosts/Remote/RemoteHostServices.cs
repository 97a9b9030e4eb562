using Gantry.Agent.Logs;
using Gantry.Agent.Runtime;
using Gantry.Control.Leading;
using Gantry.Control.Work;
using Microsoft.Extensions.DependencyInjection;

namespace Gantry.Control.Hosts.Remote;

internal static class RemoteHostServices
{
    /// <summary>Makes the runtime and the log that were registered before those of all hosts.</summary>
    public static IServiceCollection AddRemoteHostSessions(this IServiceCollection services)
    {
        services.AddOptions<RemoteHostOptions>().Validate(
            o => o.Beat > TimeSpan.Zero && o.SuspectAfter > o.Beat && o.LostAfter > o.SuspectAfter,
            "Gantry:Hosts: Beat, SuspectAfter and LostAfter must grow in this order.");
        services.AddOptions<RemoteHostOptions>().Validate(
            o => o.OverlayId is > 0 and < 1 << 24 && o.OverlayPort is > 0 and < 1 << 16,
            "Gantry:Hosts: OverlayId is a number from 1 to 16777215, OverlayPort one from 1 to 65535.");
        services.AddRemoteHosts();
        services.AddSingleton<HostSessions>().AddSingleton<LayerSender>().AddSingleton<PrefetchedImages>().AddSingleton<IClusterLevels, ClusterLevels>();
        services.AddScoped<Prefetches>();
        services.AddTermLoop<PrefetchLoop>();
        services.Decorate<IContainerRuntime, ClusterRuntime>();
        services.Decorate<IAppLog, ClusterLog>();
        return services.AddHostedService<HostLoop>();
    }
}
