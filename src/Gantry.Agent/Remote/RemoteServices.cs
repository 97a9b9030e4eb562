using Gantry.Agent.Remote;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registration of what reaches hosts from elsewhere.</summary>
public static class RemoteServices
{
    /// <summary>Lets Control on another host use this one. Needs <c>AddAgent</c> and an <c>IBlobStore</c>.</summary>
    public static IServiceCollection AddHostAgent(this IServiceCollection services, Action<HostAgentOptions>? configure = null)
    {
        services.AddOptions<HostAgentOptions>().Configure(configure ?? (_ => { }));
        services.AddSingleton<TermGuard>();
        services.AddGrpc(o =>
        {
            o.Interceptors.Add<FailureInterceptor>();
            o.MaxReceiveMessageSize = null;
        });
        return services;
    }

    /// <summary>The agent's calls. The listener must let in nobody but Control.</summary>
    public static void MapHostAgent(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGrpcService<ContainersService>();
        endpoints.MapGrpcService<LayersService>();
        endpoints.MapGrpcService<LogsService>();
    }

    /// <summary>Adds <see cref="IHostNeighbours"/>, which repeats what it was told.</summary>
    /// <typeparam name="TKernel">What does it once, for the runtime of this host.</typeparam>
    internal static IServiceCollection AddNeighbours<TKernel>(this IServiceCollection services) where TKernel : class, IHostNeighbours
    {
        services.AddSingleton<TKernel>().AddSingleton(s => ActivatorUtilities.CreateInstance<RepeatedNeighbours>(s, s.GetRequiredService<TKernel>()));
        return services.AddSingleton<IHostNeighbours>(s => s.GetRequiredService<RepeatedNeighbours>()).AddHostedService(s => s.GetRequiredService<RepeatedNeighbours>());
    }

    /// <summary>Lets this process use hosts elsewhere.</summary>
    public static IServiceCollection AddRemoteHosts(this IServiceCollection services) => services.AddSingleton<IRemoteHosts, RemoteHosts>();
}
