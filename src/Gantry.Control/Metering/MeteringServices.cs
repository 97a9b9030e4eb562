using Gantry.Agent.Runtime;
using Gantry.Control.Work;
using Microsoft.Extensions.DependencyInjection;

namespace Gantry.Control.Metering;

internal static class MeteringServices
{
    /// <summary>Meters the runtime that was registered before, whichever it is.</summary>
    public static void AddMetering(this IServiceCollection services)
    {
        services.AddSingleton<UsageMeter>();
        services.Decorate<IContainerRuntime, MeteredRuntime>();
    }
}
