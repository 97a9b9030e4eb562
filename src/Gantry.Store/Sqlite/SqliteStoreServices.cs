using Gantry.Store.Sql;
using Microsoft.Extensions.DependencyInjection;
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
        services.AddSingleton<SqliteDatabase>();
        services.AddSingleton<SqlDatabase>(s => s.GetRequiredService<SqliteDatabase>());
        services.AddSingleton<SqlCatalog, SqliteCatalog>();
        return services.AddSqlStores();
    }
}
