using Gantry.Domain;
using Gantry.Router;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Gantry.Bench;

/// <summary>The edge alone, with one app of one container that listens on this machine.</summary>
internal static class RouteServer
{
    public static async Task RunAsync(string listen, int port)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddEdgeRouter(o => o.Listen = listen);
        using var host = builder.Build();
        var target = new RouteTarget(new ContainerId("bench-1"), "web-1", "127.0.0.1", port);
        var route = new AppRoute(new AppId("ap-bench"), "bench", [target], false, false, false, false, "1");
        host.Services.GetRequiredService<IRouteTable>().Swap(new RouteTableModel(new Dictionary<string, AppRoute> { ["bench.apps.localhost"] = route }));
        await host.RunAsync();
    }
}
