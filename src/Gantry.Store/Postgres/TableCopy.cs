using System.Data.Common;
using Gantry.Store.Records;
using Gantry.Store.Sql;
using Npgsql;
using NpgsqlTypes;

namespace Gantry.Store.Postgres;

/// <summary>Copies one table whose columns have the same names on both engines.</summary>
internal static class TableCopy
{
    /// <returns>Rows, counted on both sides.</returns>
    public static async Task<long> RunAsync(
        string table, SqlSession source, SqlSession target, NpgsqlConnection connection, CancellationToken token)
    {
        var columns = await source.ListAsync<string>("SELECT name FROM pragma_table_info(@table)", new { table });
        var types = await TypesAsync(target, table);
        if (!columns.ToHashSet().SetEquals(types.Keys))
            throw new InvalidOperationException($"The table {table} has other columns on PostgreSQL: its migration is missing there.");
        await using (var reader = await source.ReadAsync($"SELECT {string.Join(", ", columns)} FROM {table}"))
        await using (var writer = await connection.BeginBinaryImportAsync($"COPY {table} ({string.Join(", ", columns)}) FROM STDIN (FORMAT BINARY)", token))
        {
            while (await reader.ReadAsync(token))
                await WriteRowAsync(writer, reader, [.. columns.Select(c => types[c])], token);
            await writer.CompleteAsync(token);
        }

        if (types.ContainsKey("seq"))
            await ContinueAsync(table, source, target);
        var (before, after) = (await source.ScalarAsync<long>($"SELECT count(*) FROM {table}"), await target.ScalarAsync<long>($"SELECT count(*) FROM {table}"));
        return before == after ? after : throw new StoreException($"Of the table {table} {after} of {before} rows arrived; nothing was changed. Try again.", isTransient: true);
    }

    private static async Task<Dictionary<string, string>> TypesAsync(SqlSession target, string table) =>
        (await target.ListAsync<(string Name, string Type)>(
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = @table", new { table }))
        .ToDictionary(c => c.Name, c => c.Type);

    private static async Task WriteRowAsync(NpgsqlBinaryImporter writer, DbDataReader reader, string[] types, CancellationToken token)
    {
        await writer.StartRowAsync(token);
        for (var i = 0; i < types.Length; i++)
            await (await reader.IsDBNullAsync(i, token) ? writer.WriteNullAsync(token) : WriteAsync(writer, reader, i, types[i], token));
    }

    private static Task WriteAsync(NpgsqlBinaryImporter writer, DbDataReader reader, int i, string type, CancellationToken token) => type switch
    {
        "boolean" => writer.WriteAsync(reader.GetInt64(i) != 0, NpgsqlDbType.Boolean, token),
        "integer" => writer.WriteAsync(checked((int)reader.GetInt64(i)), NpgsqlDbType.Integer, token),
        "bigint" => writer.WriteAsync(reader.GetInt64(i), NpgsqlDbType.Bigint, token),
        "text" => writer.WriteAsync(reader.GetString(i), NpgsqlDbType.Text, token),
        "bytea" => writer.WriteAsync(reader.GetFieldValue<byte[]>(i), NpgsqlDbType.Bytea, token),
        _ => throw new NotSupportedException($"A column of type {type} has no counterpart in SQLite."),
    };

    /// <summary>New rows are numbered after the last one there ever was, deleted ones included.</summary>
    private static async Task ContinueAsync(string table, SqlSession source, SqlSession target)
    {
        if (await source.ScalarAsync<long?>("SELECT seq FROM sqlite_sequence WHERE name = @table", new { table }) is { } last and > 0)
            await target.ScalarAsync<long>("SELECT setval(pg_get_serial_sequence(@table, 'seq'), @last)", new { table, last });
    }
}
