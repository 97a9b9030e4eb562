using Gantry.Agent.Metrics;

namespace Microsoft.Extensions.DependencyInjection;

internal static class MetricsServices
{
    /// <summary>The sampler of the host. Each runtime has a <see cref="UsageSampler"/> of its own for its containers.</summary>
    public static void AddHostMetrics(this IServiceCollection services)
    {
        services.AddSingleton<IHostClock, HostClock>();
        services.AddTransient<UsageSampler>();
        services.AddSingleton<SeriesStore>().AddSingleton<HostMetrics>();
        services.AddSingleton<IHostMetrics>(s => s.GetRequiredService<HostMetrics>());
        services.AddHostedService<MetricsLoop>();
    }
}
