using Gantry.Store.Records;
using Gantry.Store.Secrets;
using Gantry.Store.Sql;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Gantry.Store.Sqlite;

/// <summary>Registration of the SQLite adapter.</summary>
public static class SqliteStoreServices
{
    /// <summary>All record stores, kept in one SQLite file.</summary>
    public static IServiceCollection AddSqliteStore(this IServiceCollection services, Action<SqliteStoreOptions> configure)
    {
        services.AddOptions<SqliteStoreOptions>().Configure(configure)
            .Validate(o => o.DatabasePath.Length > 0, "The path of the SQLite database is empty. Set it to a file on a local disk.");
        services.AddSingleton(s => s.GetRequiredService<IOptions<SqliteStoreOptions>>().Value);
        services.TryAddSingleton(TimeProvider.System);
        services.AddLogging();
        services.AddSingleton<Sealer>();
        services.AddSingleton<SqliteDatabase>();
        services.AddSingleton<SqlDatabase>(s => s.GetRequiredService<SqliteDatabase>());
        services.AddHostedService<SqliteStart>();
        services.AddSingleton<IAccountStore, SqlAccountStore>();
        services.AddSingleton<IAppStore, SqlAppStore>();
        services.AddSingleton<IDeploymentStore, SqlDeploymentStore>();
        services.AddSingleton<IContainerStore, SqlContainerStore>();
        services.AddSingleton<ILogDrainStore, SqlLogDrainStore>();
        services.AddSingleton<IHostStore, SqlHostStore>();
        services.AddSingleton<IUsageStore, SqlUsageStore>();
        return services.AddSingleton<IEventStore, SqlEventStore>();
    }
}
