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

    private CommandDefinition Command(string sql, object? args) => new(sql, args, transaction, cancellationToken: token);
}
