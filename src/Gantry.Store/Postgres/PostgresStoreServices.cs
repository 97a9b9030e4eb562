using Gantry.Store.Sql;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Gantry.Store.Postgres;

/// <summary>Registration of the PostgreSQL adapter.</summary>
public static class PostgresStoreServices
{
    /// <summary>All record stores, kept in one PostgreSQL database that several processes share.</summary>
    public static IServiceCollection AddPostgresStore(this IServiceCollection services, Action<PostgresStoreOptions> configure)
    {
        services.AddPostgresOptions(configure);
        services.AddSingleton<PostgresDatabase>();
        services.AddSingleton<SqlDatabase>(s => s.GetRequiredService<PostgresDatabase>());
        services.AddSingleton<SqlCatalog, PostgresCatalog>();
        return services.AddSqlStores();
    }

    internal static IServiceCollection AddPostgresOptions(this IServiceCollection services, Action<PostgresStoreOptions> configure)
    {
        services.AddOptions<PostgresStoreOptions>().Configure(configure)
            .Validate(o => PostgresAddress.IsWhole(o.ConnectionString),
                "The connection string of PostgreSQL must name host and database. Set Store:ConnectionString to 'Host=…;Database=gantry;Username=gantry;Password=…'.")
            .Validate(o => o.KeyPath.Length > 0, "The path of the key file is empty. Set Store:KeyPath to a file that is the same on all hosts that run control.")
            .Validate(o => o.MaxConnections >= 2, "Store:MaxConnections must be at least 2.");
        return services.AddSingleton(s => s.GetRequiredService<IOptions<PostgresStoreOptions>>().Value);
    }
}
