using Gantry.Router.Edge;
using Gantry.Router.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Gantry.Router;

/// <summary>Registration of the edge.</summary>
public static class RouterServices
{
    /// <summary>
    /// The edge with its own listener, <see cref="IRouteTable"/> and <see cref="IEdge"/>. It starts and stops with the
    /// host. <see cref="IRequestLog"/> is used when someone registers one.
    /// </summary>
    public static IServiceCollection AddEdgeRouter(this IServiceCollection services, Action<RouterOptions>? configure = null)
    {
        services.AddOptions<RouterOptions>().Configure(configure ?? (_ => { }));
        services.AddHttpForwarder();
        // The forwarder reports each request and each broken answer; the edge has its own, shorter log.
        services.Configure<LoggerFilterOptions>(o => o.AddFilter("Yarp.ReverseProxy", LogLevel.Error));
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<RouteTable>();
        services.AddSingleton<IRouteTable>(p => p.GetRequiredService<RouteTable>());
        services.AddSingleton<EdgePipeline>();
        services.AddSingleton<EdgeServer>();
        services.AddSingleton<IEdge>(p => p.GetRequiredService<EdgeServer>());
        services.AddSingleton<IHostedService>(p => p.GetRequiredService<EdgeServer>());
        return services;
    }
}
