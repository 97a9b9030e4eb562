using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Gantry.Control.Leading;

internal static class LeadingServices
{
    /// <summary>A loop that runs in the process that leads, and there alone. Each term has a new one.</summary>
    public static IServiceCollection AddTermLoop<TLoop>(this IServiceCollection services) where TLoop : BackgroundService =>
        services.AddScoped<BackgroundService, TLoop>();
}
