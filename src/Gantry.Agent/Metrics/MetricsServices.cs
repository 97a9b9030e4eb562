using Gantry.Agent.Metrics;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registration of the sampler.</summary>
public static class MetricsServices
{
    /// <summary>The sampler of the host. Each runtime has a <see cref="UsageSampler"/> of its own for its containers.</summary>
    internal static void AddHostMetrics(this IServiceCollection services)
    {
        services.AddSingleton<IHostClock, HostClock>();
        services.AddSingleton<IHostLevels, LevelReader>();
        services.AddTransient<UsageSampler>();
        services.AddSingleton<SeriesStore>().AddSingleton<HostMetrics>();
        services.AddSingleton<IHostMetrics>(s => s.GetRequiredService<HostMetrics>());
    }

    /// <summary>Samples this host from now on. Needs the records, which say whose containers they are.</summary>
    public static IServiceCollection AddMetricsLoop(this IServiceCollection services) => services.AddSingleton<OutOfMemoryWatch>().AddHostedService<MetricsLoop>();
}
