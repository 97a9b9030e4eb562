using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Gantry.Control.Hosts.Joining;

/// <summary>Registration of what lets machines join.</summary>
public static class JoiningServices
{
    /// <summary>Adds <see cref="IHostJoining"/>, the cluster's authority and, where <see cref="JoiningOptions.Listen"/> says so, the listener. Needs the records.</summary>
    public static IServiceCollection AddHostJoining(this IServiceCollection services)
    {
        services.AddOptions<JoiningOptions>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<ClusterAuthority>().AddSingleton<ControlIdentity>().AddSingleton<WrongTokens>();
        services.AddSingleton<IHostChannels, HostChannels>();
        services.AddSingleton<IHostJoining, HostJoining>();
        services.AddSingleton<JoinEndpoints>().AddSingleton<JoinServer>();
        return services.AddSingleton<IHostedService>(s => s.GetRequiredService<JoinServer>());
    }
}
