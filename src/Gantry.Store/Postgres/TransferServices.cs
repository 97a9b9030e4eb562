using Gantry.Store.Records;
using Gantry.Store.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Gantry.Store.Postgres;

/// <summary>Registration of the way from a single machine to a cluster.</summary>
public static class TransferServices
{
    /// <summary><see cref="IRecordTransfer"/> from a SQLite file to a PostgreSQL database.</summary>
    public static IServiceCollection AddSqliteToPostgres(
        this IServiceCollection services, Action<SqliteStoreOptions> source, Action<PostgresStoreOptions> target)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddLogging();
        services.AddOptions<SqliteStoreOptions>().Configure(source);
        services.AddPostgresOptions(target);
        return services.AddSingleton<IRecordTransfer, SqliteToPostgres>();
    }
}
