using System.Globalization;
using Gantry.Store.Backups;
using Gantry.Store.Sql;

namespace Gantry.Store.Sqlite;

internal sealed class SqliteCatalog(SqliteStoreOptions options) : SqlCatalog
{
    public override SqlMigrations Migrations { get; } = SqlMigrations.Embedded("Sqlite");

    public override string KeyPath => options.EffectiveKeyPath;

    public override bool IsThere => File.Exists(Address);

    public override bool IsShared => false;

    public override IReadOnlyList<int> Users => FileUsers.Of(Address);

    public override string Address => Path.GetFullPath(options.DatabasePath);

    public override Task<IReadOnlyList<string>> TablesAsync(SqlSession session) => session.ListAsync<string>(
        $"SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> '{History}' ORDER BY rowid");

    public override async Task<IReadOnlyList<RecordColumn>> ColumnsAsync(SqlSession session, string table) =>
        [.. (await session.ListAsync<(string Name, string Type)>("SELECT name, type FROM pragma_table_info(@table)", new { table }))
            .Select(c => new RecordColumn(c.Name, c.Type switch
            {
                "INTEGER" or "BIGINT" => ColumnKind.Integer,
                "TEXT" => ColumnKind.Text,
                "BLOB" => ColumnKind.Bytes,
                _ => throw new NotSupportedException($"A backup has no place for a column of type {c.Type} ({table}.{c.Name})."),
            }))];

    public override async Task<long?> LastNumberAsync(SqlSession session, string table) =>
        await session.ScalarAsync<long>("SELECT count(*) FROM sqlite_schema WHERE name = 'sqlite_sequence'") == 0
            ? null
            : await session.ScalarAsync<long?>("SELECT seq FROM sqlite_sequence WHERE name = @table", new { table });

    public override async Task ContinueAsync(SqlSession session, string table, long last)
    {
        if (await session.ExecuteAsync("UPDATE sqlite_sequence SET seq = @last WHERE name = @table", new { table, last }) == 0)
            await session.ExecuteAsync("INSERT INTO sqlite_sequence (name, seq) VALUES (@table, @last)", new { table, last });
    }

    /// <summary>Row by row: the engine is in this process, so that nothing is gained by more at once.</summary>
    public override async Task InsertAsync(SqlSession session, RecordPage page)
    {
        var names = page.Columns.Select((_, i) => string.Create(CultureInfo.InvariantCulture, $"p{i}")).ToArray();
        var sql = $"INSERT INTO {page.Table} ({string.Join(", ", page.Columns.Select(c => c.Name))}) VALUES ({string.Join(", ", names.Select(n => "@" + n))})";
        foreach (var row in page.Rows)
        {
            var values = SqlSession.Values();
            for (var i = 0; i < row.Length; i++)
                values.Add(names[i], row[i]);
            await session.ExecuteAsync(sql, values);
        }
    }
}
