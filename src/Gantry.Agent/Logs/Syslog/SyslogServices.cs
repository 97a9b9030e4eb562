using Gantry.Agent.Logs;
using Gantry.Agent.Logs.Syslog;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registration of the host's syslog listener.</summary>
internal static class SyslogServices
{
    /// <summary>Adds <see cref="ISyslogListener"/>. Needs the host's logs.</summary>
    public static IServiceCollection AddSyslogListener(this IServiceCollection services, SyslogOptions options, string directory)
    {
        services.AddSingleton(provider => new SyslogListener(
            directory, options, provider.GetRequiredService<IOptions<AppLogOptions>>(), provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<SyslogListener>>()));
        services.AddSingleton<ISyslogListener>(provider => provider.GetRequiredService<SyslogListener>());
        services.AddHostedService(provider => provider.GetRequiredService<SyslogListener>());
        return services;
    }
}
