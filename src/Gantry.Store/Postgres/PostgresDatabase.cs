using System.Data;
using System.Globalization;
using Gantry.Store.Records;
using Gantry.Store.Secrets;
using Gantry.Store.Sql;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Gantry.Store.Postgres;

internal sealed partial class PostgresDatabase : SqlDatabase, IDisposable, IAsyncDisposable
{
    /// <summary>One process at a time changes the schema.</summary>
    private const string Lock = "SELECT pg_advisory_xact_lock(hashtextextended('gantry ' || current_schema(), 0))";

    /// <summary>
    /// What the connection string may say otherwise. Npgsql looks for Kerberos first, which asks the name server about the database's address at each connection: where
    /// that does not answer, many connections wait for it until their time is over.
    /// </summary>
    private const string Defaults = "GSS Encryption Mode=Disable";

    private readonly PostgresStoreOptions _options;
    private readonly Sealer _sealer;
    private readonly TimeProvider _time;
    private readonly ILogger<PostgresDatabase> _logger;
    private readonly string _address;
    private readonly NpgsqlDataSource _connections;
    private readonly PostgresTurns _turns;
    private readonly SemaphoreSlim _preparing = new(1);
    private volatile bool _ready;

    public PostgresDatabase(PostgresStoreOptions options, Sealer sealer, TimeProvider time, ILogger<PostgresDatabase> logger)
    {
        (_options, _sealer, _time, _logger) = (options, sealer, time, logger);
        _address = PostgresAddress.Of(options.ConnectionString);
        var way = new NpgsqlConnectionStringBuilder($"{Defaults};{options.ConnectionString}") { ApplicationName = "gantry", MaxPoolSize = options.MaxConnections, Timeout = 5, KeepAlive = 10 };
        // Of a process that was stopped in the middle of a write, or whose machine is gone: its locks must not hold up the others.
        way.Options = string.Create(CultureInfo.InvariantCulture, $"{way.Options} -c idle_in_transaction_session_timeout={options.TransactionPatience.TotalMilliseconds:0}").Trim();
        _connections = NpgsqlDataSource.Create(way);
        _turns = new PostgresTurns(options, time);
        KeepThreadsFree(options.MaxConnections);
    }

    public override string ForUpdate => "FOR UPDATE";

    public override string ForShare => "FOR SHARE";

    public override string In(string list) => $"= ANY({list})";

    public override async Task<T> ReadAsync<T>(Func<SqlSession, Task<T>> work, CancellationToken token)
    {
        await PrepareAsync(token);
        return await _turns.ReadAsync(
            async () =>
            {
                await using var connection = await _connections.OpenConnectionAsync(token);
                return await work(new SqlSession(connection, null, token));
            },
            token);
    }

    protected override async Task<T> TransactAsync<T>(Func<SqlSession, Task<T>> work, CancellationToken token)
    {
        await PrepareAsync(token);
        return await WriteAsync(IsolationLevel.Serializable, work, token);
    }

    public override async Task<T> SnapshotAsync<T>(Func<SqlSession, Task<T>> work, CancellationToken token)
    {
        await PrepareAsync(token);
        try
        {
            await using var connection = await _connections.OpenConnectionAsync(token);
            await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, token);
            return await work(new SqlSession(connection, transaction, token));
        }
        catch (NpgsqlException e)
        {
            throw PostgresFailures.Explain(e, _address);
        }
    }

    /// <summary>Not serializable, as when schema and key are prepared: whoever waited for the lock must see what its holder has made.</summary>
    public override Task<T> RebuildAsync<T>(Func<SqlSession, Task<T>> work, CancellationToken token) => WriteAsync(
        IsolationLevel.ReadCommitted,
        async session =>
        {
            await session.ExecuteAsync(Lock);
            return await work(session);
        },
        token);

    public Task<T> WriteAsync<T>(IsolationLevel isolation, Func<SqlSession, Task<T>> work, CancellationToken token) => _turns.WriteAsync(
        async () =>
        {
            await using var connection = await _connections.OpenConnectionAsync(token);
            await using var transaction = await connection.BeginTransactionAsync(isolation, token);
            var result = await work(new SqlSession(connection, transaction, token));
            await CommitAsync(transaction);
            return result;
        },
        token);

    public override async Task PrepareAsync(CancellationToken token)
    {
        if (_ready)
            return;
        await _preparing.WaitAsync(token);
        try
        {
            if (_ready)
                return;
            // Not serializable: whoever waited for the lock must see what its holder has made.
            _sealer.Unlock(await WriteAsync(IsolationLevel.ReadCommitted, MigrateAsync, token));
            _ready = true;
        }
        finally
        {
            _preparing.Release();
        }
    }

    public void Dispose()
    {
        _connections.Dispose();
        _turns.Dispose();
        _preparing.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        await _connections.DisposeAsync();
        Dispose();
    }

    /// <summary>
    /// Npgsql ends a command that takes too long by asking the server to cancel it, and a thread waits for that: for seconds with a server from which no packet comes back.
    /// Beyond its minimum the pool makes a thread or two in a second, and requests of apps and the renewal of leases wait for one meanwhile.
    /// </summary>
    private static void KeepThreadsFree(int connections)
    {
        ThreadPool.GetMinThreads(out var workers, out var io);
        ThreadPool.SetMinThreads(Math.Max(workers, Environment.ProcessorCount + connections), io);
    }

    /// <summary>Not cancelled and not repeated: after a commit whose answer got lost nobody knows what is there.</summary>
    private async Task CommitAsync(NpgsqlTransaction transaction)
    {
        try
        {
            await transaction.CommitAsync(CancellationToken.None);
        }
        catch (NpgsqlException e) when (PostgresFailures.IsOutage(e))
        {
            throw PostgresFailures.UnknownOutcome(_address, e);
        }
    }

    private async Task<byte[]> MigrateAsync(SqlSession session)
    {
        await session.ExecuteAsync(Lock);
        await RefuseForgetfulAsync(session);
        foreach (var migration in await SqlMigrations.Embedded("Postgres").ApplyAsync(session, _time.GetUtcNow()))
            Log.Migrated(_logger, migration.Name, _address);
        return await SealingKeys.LoadOrCreateAsync(session, Path.GetFullPath(_options.KeyPath), isShared: true);
    }

    /// <summary>The ports promise that what was acknowledged survives a power cut.</summary>
    private async Task RefuseForgetfulAsync(SqlSession session)
    {
        foreach (var setting in (string[])["fsync", "synchronous_commit", "full_page_writes"])
            if (await session.ScalarAsync<string>($"SELECT current_setting('{setting}')") == "off")
                throw new StoreException(
                    $"The database {_address} runs with {setting} = off, so a power cut may lose what was acknowledged. Run 'ALTER SYSTEM SET {setting} = on' there and 'SELECT pg_reload_conf()', then start Gantry again.",
                    isTransient: false);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Applied the migration {Migration} to {Address}")]
        public static partial void Migrated(ILogger logger, string migration, string address);
    }
}
