using System.Data.Common;
using Dapper;

namespace Gantry.Store.Sql;

/// <summary>One connection for the length of one piece of work, inside a transaction when the work writes.</summary>
internal sealed class SqlSession(DbConnection connection, DbTransaction? transaction, CancellationToken token)
{
    static SqlSession() => DefaultTypeMap.MatchNamesWithUnderscores = true;

    public async Task<IReadOnlyList<T>> ListAsync<T>(string sql, object? args = null) =>
        (await connection.QueryAsync<T>(Command(sql, args))).AsList();

    public Task<T?> FindAsync<T>(string sql, object? args = null) =>
        connection.QuerySingleOrDefaultAsync<T?>(Command(sql, args));

    public Task<T?> ScalarAsync<T>(string sql, object? args = null) =>
        connection.ExecuteScalarAsync<T>(Command(sql, args));

    /// <summary>Rows whose columns are not known beforehand. The caller disposes the reader before it uses the session again.</summary>
    public Task<DbDataReader> ReadAsync(string sql, object? args = null) => connection.ExecuteReaderAsync(Command(sql, args));

    /// <summary>Arguments whose names are not known beforehand.</summary>
    public static DynamicParameters Values() => new();

    /// <returns>Number of rows changed.</returns>
    public Task<int> ExecuteAsync(string sql, object? args = null) => connection.ExecuteAsync(Command(sql, args));

    /// <summary>The same statement for each of these; where the engine can, all of them in one round trip.</summary>
    public async Task ExecuteAllAsync<T>(string sql, IReadOnlyList<T> rows)
    {
        if (!connection.CanCreateBatch)
        {
            await connection.ExecuteAsync(Command(sql, rows));
            return;
        }

        if (rows.Count == 0)
            return;
        await using var all = connection.CreateBatch();
        all.Transaction = transaction;
        var named = typeof(T).GetProperties().Where(p => sql.Contains($"@{p.Name}", StringComparison.Ordinal)).ToList();
        foreach (var row in rows)
        {
            var command = all.CreateBatchCommand();
            command.CommandText = sql;
            foreach (var property in named)
            {
                var value = command.CreateParameter();
                (value.ParameterName, value.Value) = (property.Name, property.GetValue(row) ?? DBNull.Value);
                command.Parameters.Add(value);
            }

            all.BatchCommands.Add(command);
        }

        await all.ExecuteNonQueryAsync(token);
    }

    private CommandDefinition Command(string sql, object? args) => new(sql, args, transaction, cancellationToken: token);
}
