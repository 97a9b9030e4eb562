using Gantry.Agent.Logs;
using Gantry.Agent.Runtime;
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
        services.AddRemoteHosts();
        services.AddSingleton<HostSessions>().AddSingleton<LayerSender>();
        services.Decorate<IContainerRuntime, ClusterRuntime>();
        services.Decorate<IAppLog, ClusterLog>();
        return services.AddHostedService<HostLoop>();
    }
}
