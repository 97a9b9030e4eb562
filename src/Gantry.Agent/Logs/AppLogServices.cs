using Gantry.Agent.Logs;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registration of the host's logs.</summary>
public static class AppLogServices
{
    /// <summary>Adds <see cref="IAppLog"/> with the tasks that write and compact. Needs a <see cref="TimeProvider"/>.</summary>
    public static IServiceCollection AddAppLog(this IServiceCollection services, Action<AppLogOptions> configure)
    {
        services.AddOptions<AppLogOptions>().Configure(configure)
            .Validate(o => Path.IsPathFullyQualified(o.Directory), "The directory of the logs must be an absolute path. Set AppLogOptions.Directory.");
        services.AddSingleton<IAppLog, AppLog>();
        services.AddSingleton<ILogArchives, LogArchives>();
        services.AddSingleton<LogDisk>().AddSingleton<ILogDisk>(provider => provider.GetRequiredService<LogDisk>());
        services.AddSingleton<PlatformLog>();
        services.AddHostedService(provider => provider.GetRequiredService<PlatformLog>());
        services.AddHostedService<LogCompactor>();
        return services;
    }
}
