using Microsoft.Data.Sqlite;

namespace Gantry.Store.Sqlite;

/// <summary>Opens connections with the durability that the ports promise.</summary>
internal sealed class SqliteConnections(SqliteStoreOptions options) : IDisposable
{
    private readonly string _connectionString = new SqliteConnectionStringBuilder
    {
        DataSource = Path.GetFullPath(options.DatabasePath),
        ForeignKeys = true,
        DefaultTimeout = Math.Max(1, (int)options.BusyTimeout.TotalSeconds),
    }.ToString();

    /// <summary>The caller disposes it, which gives it back to the pool.</summary>
    public async Task<SqliteConnection> OpenAsync(CancellationToken token)
    {
        var connection = new SqliteConnection(_connectionString);
        try
        {
            await connection.OpenAsync(token);
            // Set on each opening: only the journal mode is remembered by the file. FULL, because NORMAL may lose
            // the last commits of a WAL in a power cut, and they were acknowledged.
            Execute(connection, $"PRAGMA busy_timeout = {(int)options.BusyTimeout.TotalMilliseconds}; PRAGMA synchronous = FULL;");
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes the file, readable by its owner only (it holds password hashes), and turns its WAL on.</summary>
    public async Task CreateAsync(CancellationToken token)
    {
        var path = Path.GetFullPath(options.DatabasePath);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await using (new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate, Access = FileAccess.Write, Share = FileShare.ReadWrite | FileShare.Delete,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }))
            DirectorySync.Flush(Path.GetDirectoryName(path)!);
        await using var connection = await OpenAsync(token);
        Execute(connection, "PRAGMA journal_mode = WAL; PRAGMA journal_size_limit = 67108864;");
    }

    public void Dispose()
    {
        using var connection = new SqliteConnection(_connectionString);
        SqliteConnection.ClearPool(connection);
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
