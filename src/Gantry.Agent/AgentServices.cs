using Gantry.Agent;
using Gantry.Agent.Runtime;
using Gantry.Agent.Security;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registration of the agent's services.</summary>
public static class AgentServices
{
    /// <summary>Adds the container runtime of this host, the layer cache and the logs. Needs an <c>IBlobStore</c>.</summary>
    public static IServiceCollection AddAgent(this IServiceCollection services, Action<AgentOptions> configure)
    {
        var options = new AgentOptions();
        configure(options);
        services.AddOptions<AgentOptions>().Configure(configure).Validate(
            o => o.InstanceName.Length is > 0 and <= 8 && o.InstanceName.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c)),
            "AgentOptions.InstanceName must be 1 to 8 lower-case letters and digits: network interfaces are named after it.");
        services.TryAddSingleton(TimeProvider.System);
        services.AddAppLog(o => o.Directory = options.LogsDirectory);
        services.AddSyslogListener(options.Syslog, options.SyslogDirectory);
        services.AddSingleton<StatusFeed>();
        services.AddHostMetrics();
        services.AddSingleton<ISecurityAudit, SecurityAudit>();
        return options.Runtime == RuntimeKind.Docker ? services.AddDockerRuntime() : services.AddNativeRuntime();
    }
}
