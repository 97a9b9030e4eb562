using Gantry.Store.Backups;
using Gantry.Store.Sql;

namespace Gantry.Store.Postgres;

internal sealed class PostgresCatalog(PostgresStoreOptions options) : SqlCatalog
{
    public override SqlMigrations Migrations { get; } = SqlMigrations.Embedded("Postgres");

    public override string KeyPath => Path.GetFullPath(options.KeyPath);

    public override bool IsThere => true;

    public override bool IsShared => true;

    /// <summary>They may be on any host, and the server does not tell them from an operator's own sessions.</summary>
    public override IReadOnlyList<int> Users => [];

    public override string Address => PostgresAddress.Of(options.ConnectionString);

    public override Task<IReadOnlyList<string>> TablesAsync(SqlSession session) => session.ListAsync<string>(
        $"SELECT relname::text FROM pg_class WHERE relkind = 'r' AND relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema()) AND relname <> '{History}' ORDER BY oid");

    public override async Task<IReadOnlyList<RecordColumn>> ColumnsAsync(SqlSession session, string table) =>
        [.. (await session.ListAsync<(string Name, string Type)>(
            "SELECT column_name::text, data_type::text FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = @table ORDER BY ordinal_position",
            new { table }))
            .Select(c => new RecordColumn(c.Name, c.Type switch
            {
                "boolean" or "integer" or "bigint" => ColumnKind.Integer,
                "text" => ColumnKind.Text,
                "bytea" => ColumnKind.Bytes,
                _ => throw new NotSupportedException($"A backup has no place for a column of type {c.Type} ({table}.{c.Name})."),
            }))];

    public override async Task<long?> LastNumberAsync(SqlSession session, string table) =>
        await HasNumbersAsync(session, table) && await session.ScalarAsync<string>("SELECT pg_get_serial_sequence(@table, 'seq')", new { table }) is { } sequence
            ? await session.ScalarAsync<long?>($"SELECT CASE WHEN is_called THEN last_value END FROM {sequence}")
            : null;

    public override Task ContinueAsync(SqlSession session, string table, long last) =>
        session.ScalarAsync<long>("SELECT setval(pg_get_serial_sequence(@table, 'seq'), @last)", new { table, last });

    /// <summary>A page at once, since each statement is a way to the server and back.</summary>
    public override Task InsertAsync(SqlSession session, RecordPage page)
    {
        var columns = string.Join(", ", page.Columns.Select(c => c.Name));
        return session.ExecuteAsync(
            $"INSERT INTO {page.Table} ({columns}) OVERRIDING SYSTEM VALUE SELECT {columns} FROM json_populate_recordset(NULL::{page.Table}, @rows::json)",
            new { rows = RecordJson.Objects(page) });
    }

    private static async Task<bool> HasNumbersAsync(SqlSession session, string table) => await session.ScalarAsync<bool>(
        "SELECT EXISTS (SELECT 1 FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = @table AND column_name = 'seq')", new { table });
}
