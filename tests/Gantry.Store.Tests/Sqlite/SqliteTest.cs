using Gantry.Conformance.Records;
using Gantry.Store.Records;
using Gantry.Store.Secrets;
using Gantry.Store.Sqlite;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gantry.Store.Tests.Sqlite;

/// <summary>The SQLite adapter, with a look at its files behind its back.</summary>
public abstract class SqliteTest : RecordSuite
{
    protected string DatabasePath => Path.Combine(Folder, "gantry.db");

    protected string KeyPath => Path.Combine(Folder, "gantry.key");

    protected override void AddAdapter(IServiceCollection services) => services.AddSqliteStore(o => o.DatabasePath = DatabasePath);

    internal SqliteDatabase Database => Port<SqliteDatabase>();

    /// <summary>A second program on the same files.</summary>
    internal SqliteDatabase OtherProgram(TimeSpan? patience = null) => new(
        new SqliteStoreOptions { DatabasePath = DatabasePath, BusyTimeout = patience ?? TimeSpan.FromSeconds(30) },
        new Sealer(), TimeProvider.System, NullLogger<SqliteDatabase>.Instance);

    /// <summary>What the program meets when it starts now.</summary>
    protected async Task<StoreException> RefusedStartAsync()
    {
        await RestartAsync();
        return await Assert.ThrowsAsync<StoreException>(() => Database.PrepareAsync(Token));
    }

    protected object? Raw(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={DatabasePath};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
