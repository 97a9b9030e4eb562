using Gantry.Control.Formation;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Gantry.Api.Git;

/// <summary>Registers git reception.</summary>
public static class GitServices
{
    /// <summary>
    /// An OpenSSH server of its own and the socket its helpers ask; both start and stop with the host. Needs the
    /// records, the blobs and the bus, runs as root, and needs the system user (<see cref="GitUser.EnsureAsync"/>,
    /// which is called at the start too).
    /// </summary>
    public static IServiceCollection AddGit(this IServiceCollection services, Action<GitOptions> configure)
    {
        services.AddOptions<GitOptions>().Configure(configure);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<GitPaths>().AddSingleton<GitFiles>().AddSingleton<GitAccess>();
        services.AddSingleton<PushDeployments>().AddSingleton<PushFollower>().AddSingleton<GitEndpoints>();
        services.AddSingleton<IAppDataOwner, Repositories>();
        services.AddSingleton<GitSocket>().AddSingleton<IHostedService>(s => s.GetRequiredService<GitSocket>());
        services.AddHostedService<SshServer>();
        return services;
    }
}
