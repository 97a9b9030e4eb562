using Gantry.Build.Images;
using Gantry.Build.Sandbox;
using Gantry.Build.Stacks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Gantry.Build;

/// <summary>Registers the room.</summary>
public static class BuildServices
{
    /// <summary>Adds <see cref="IBuilder"/> and <see cref="IStackImporter"/>. Needs a container runtime, an app log and a blob store.</summary>
    public static IServiceCollection AddBuilder(this IServiceCollection services, Action<BuildOptions> configure)
    {
        services.Configure(configure);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<LayerPacker>();
        services.AddSingleton(s => ActivatorUtilities.CreateInstance<BuildCaches>(s, s.GetRequiredService<Microsoft.Extensions.Options.IOptions<BuildOptions>>().Value));
        services.AddHostedService<BuildSweeper>();
        services.AddSingleton<IBuilder, SandboxBuilder>();
        services.AddSingleton<IStackImporter, StackImporter>();
        return services;
    }
}
