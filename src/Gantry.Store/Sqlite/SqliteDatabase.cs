using Gantry.Store.Secrets;
using Gantry.Store.Sql;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace Gantry.Store.Sqlite;

internal sealed partial class SqliteDatabase : SqlDatabase, IDisposable, IAsyncDisposable
{
    private readonly SqliteStoreOptions _options;
    private readonly Sealer _sealer;
    private readonly TimeProvider _time;
    private readonly ILogger<SqliteDatabase> _logger;
    private readonly SqliteConnections _connections;
    private readonly SqliteWriter _writer;
    private readonly SemaphoreSlim _preparing = new(1);
    private volatile bool _ready;

    public SqliteDatabase(SqliteStoreOptions options, Sealer sealer, TimeProvider time, ILogger<SqliteDatabase> logger)
    {
        (_options, _sealer, _time, _logger) = (options, sealer, time, logger);
        _connections = new SqliteConnections(options);
        _writer = new SqliteWriter(_connections);
    }

    public override string ForUpdate => "";

    public override string ForShare => "";

    public override string In(string list) => $"IN {list}";

    public override async Task<T> ReadAsync<T>(Func<SqlSession, Task<T>> work, CancellationToken token)
    {
        await PrepareAsync(token);
        try
        {
            await using var connection = await _connections.OpenAsync(token);
            return await work(new SqlSession(connection, null, token));
        }
        catch (SqliteException e)
        {
            throw SqliteFailures.Explain(e, _options.DatabasePath);
        }
    }

    protected override async Task<T> TransactAsync<T>(Func<SqlSession, Task<T>> work, CancellationToken token)
    {
        await PrepareAsync(token);
        return await ExplainedAsync(work, token);
    }

    public override async Task<T> SnapshotAsync<T>(Func<SqlSession, Task<T>> work, CancellationToken token)
    {
        await PrepareAsync(token);
        try
        {
            await using var connection = await _connections.OpenAsync(token);
            // Deferred: it takes no lock that a writer waits for, and its first read fixes what it sees.
            await using var transaction = connection.BeginTransaction(deferred: true);
            return await work(new SqlSession(connection, transaction, token));
        }
        catch (SqliteException e)
        {
            throw SqliteFailures.Explain(e, _options.DatabasePath);
        }
    }

    public override async Task<T> RebuildAsync<T>(Func<SqlSession, Task<T>> work, CancellationToken token)
    {
        await CreateAsync(token);
        return await ExplainedAsync(work, token);
    }

    /// <summary>Makes the file, its schema and its key.</summary>
    public override async Task PrepareAsync(CancellationToken token)
    {
        if (_ready)
            return;
        await _preparing.WaitAsync(token);
        try
        {
            if (_ready)
                return;
            await CreateAsync(token);
            _sealer.Unlock(await ExplainedAsync(MigrateAsync, token));
            _ready = true;
        }
        finally
        {
            _preparing.Release();
        }
    }

    public void Dispose()
    {
        _writer.Complete();
        _connections.Dispose();
        _preparing.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        await _writer.DisposeAsync();
        Dispose();
    }

    private async Task CreateAsync(CancellationToken token)
    {
        try
        {
            await _connections.CreateAsync(token);
        }
        catch (SqliteException e)
        {
            throw SqliteFailures.Explain(e, _options.DatabasePath);
        }
    }

    private async Task<byte[]> MigrateAsync(SqlSession session)
    {
        foreach (var migration in await SqlMigrations.Embedded("Sqlite").ApplyAsync(session, _time.GetUtcNow()))
            Log.Migrated(_logger, migration.Name, _options.DatabasePath);
        return await SealingKeys.LoadOrCreateAsync(session, _options.EffectiveKeyPath, isShared: false);
    }

    private async Task<T> ExplainedAsync<T>(Func<SqlSession, Task<T>> work, CancellationToken token)
    {
        try
        {
            return await _writer.WriteAsync(work, token);
        }
        catch (SqliteException e)
        {
            throw SqliteFailures.Explain(e, _options.DatabasePath);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Applied the migration {Migration} to {Path}")]
        public static partial void Migrated(ILogger logger, string migration, string path);
    }
}
