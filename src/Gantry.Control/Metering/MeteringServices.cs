using Gantry.Agent.Runtime;
using Microsoft.Extensions.DependencyInjection;

namespace Gantry.Control.Metering;

internal static class MeteringServices
{
    /// <summary>Meters the runtime that was registered before, whichever it is.</summary>
    public static void AddMetering(this IServiceCollection services)
    {
        var runtime = services.LastOrDefault(s => s.ServiceType == typeof(IContainerRuntime) && !s.IsKeyedService)
            ?? throw new InvalidOperationException("Control meters the container runtime: register the runtime (AddAgent) before it.");
        services.Remove(runtime);
        services.AddSingleton<UsageMeter>();
        services.AddSingleton<IContainerRuntime>(s => new MeteredRuntime((IContainerRuntime)Make(s, runtime), s.GetRequiredService<UsageMeter>()));
        services.AddHostedService<UsageLoop>();
    }

    private static object Make(IServiceProvider services, ServiceDescriptor descriptor) =>
        descriptor.ImplementationInstance ?? descriptor.ImplementationFactory?.Invoke(services)
        ?? ActivatorUtilities.CreateInstance(services, descriptor.ImplementationType!);
}
