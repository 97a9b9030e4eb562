using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Gantry.Store.Backups;

/// <summary>Registration of backups.</summary>
public static class BackupsServices
{
    /// <summary><see cref="IPlatformBackup"/> of the registered record and blob stores.</summary>
    public static IServiceCollection AddBackups(this IServiceCollection services, Action<BackupOptions> configure)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptions<BackupOptions>().Configure(configure);
        services.AddSingleton(s => s.GetRequiredService<IOptions<BackupOptions>>().Value);
        services.AddSingleton<SmallFiles>();
        services.AddSingleton<BackupWriter>();
        services.AddSingleton<BackupRestorer>();
        return services.AddSingleton<IPlatformBackup, PlatformBackup>();
    }
}
