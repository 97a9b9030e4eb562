using Gantry.Agent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Gantry.Build.Tests.Sandbox;

/// <summary>The native runtime as an instance of its own, so that it disturbs no other on this machine.</summary>
internal static class TestRuntime
{
    public static void Add(IServiceCollection services, string folder) => services.AddAgent(o =>
    {
        o.InstanceName = "b" + Guid.NewGuid().ToString("N")[..7];
        o.DataDirectory = TestStack.Kept;
        o.RunDirectory = Path.Combine(folder, "run");
        o.PoolSize = 1;
    });

    public static async Task StartAsync(IServiceProvider services)
    {
        foreach (var service in services.GetServices<IHostedService>())
            await service.StartAsync(CancellationToken.None);
    }

    public static async Task StopAsync(IServiceProvider services)
    {
        foreach (var service in services.GetServices<IHostedService>().Reverse())
            await service.StopAsync(CancellationToken.None);
        await services.GetRequiredService<IHostCleanup>().PurgeAsync(CancellationToken.None);
    }
}
