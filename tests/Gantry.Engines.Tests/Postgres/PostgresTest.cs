using Gantry.Conformance.Records;
using Gantry.Engines.Tests.Support;
using Gantry.Store.Postgres;
using Gantry.Store.Records;
using Gantry.Store.Secrets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gantry.Engines.Tests.Postgres;

/// <summary>The PostgreSQL adapter, with a look at its tables behind its back.</summary>
public abstract class PostgresTest(SharedPostgres postgres) : RecordSuite
{
    internal SharedPostgres Postgres { get; } = postgres;

    protected string KeyPath => Path.Combine(Folder, "gantry.key");

    internal PostgresDatabase Database => Port<PostgresDatabase>();

    protected override void AddAdapter(IServiceCollection services) => Postgres.Server.Add(services, Folder);

    /// <summary>Another process on the same database.</summary>
    internal PostgresDatabase OtherProgram(Action<PostgresStoreOptions>? configure = null)
    {
        var options = Postgres.Server.Options(Folder);
        configure?.Invoke(options);
        return new PostgresDatabase(options, new Sealer(), TimeProvider.System, NullLogger<PostgresDatabase>.Instance);
    }

    /// <summary>What the program meets when it starts now.</summary>
    protected async Task<StoreException> RefusedStartAsync()
    {
        await RestartAsync();
        return await Assert.ThrowsAsync<StoreException>(() => Database.PrepareAsync(Token));
    }

    protected Task<object?> RawAsync(string sql) => Postgres.Server.QueryAsync(sql, Folder);
}
