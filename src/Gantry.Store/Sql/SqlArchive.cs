using System.Data.Common;
using Gantry.Domain;
using Gantry.Store.Backups;
using Gantry.Store.Records;

namespace Gantry.Store.Sql;

/// <summary>
/// All rows of all tables, out of one engine and into another, or the same. Boxes stay sealed. What a table means is not
/// known here, so that a new one is taken along by itself.
/// </summary>
internal sealed class SqlArchive(SqlDatabase database, SqlCatalog catalog, TimeProvider time)
{
    private const int PageRows = 500;
    private const int PageBytes = 1 << 20;

    /// <summary>The proof of the key, which each database makes for itself.</summary>
    public const string SealingKeys = "sealing_keys";

    /// <summary>What the rows refer to in the blob store; the sources of finished deployments are not needed again.</summary>
    private const string Blobs =
        """
        SELECT DISTINCT digest FROM (
            SELECT layer_digest AS digest FROM images UNION ALL SELECT stack_digest FROM images
            UNION ALL SELECT run_digest FROM stacks UNION ALL SELECT build_digest FROM stacks
            UNION ALL SELECT source_value FROM deployments WHERE finished_at IS NULL AND source_kind IN (0, 1)
        ) AS blobs ORDER BY digest
        """;

    private const string Stacks =
        "SELECT run_digest FROM stacks UNION SELECT build_digest FROM stacks UNION SELECT stack_digest FROM images";

    public string Address => catalog.Address;

    /// <summary>Null when there is a database to save.</summary>
    public Refusal? RefuseSource() => catalog.IsThere ? null : Refusal.NotFound(
        "source", $"There is no database {catalog.Address}. Set Gantry:DataDirectory or Store:DatabasePath to where the records of this machine are, or name the configuration with --config.");

    /// <summary>Each page once, as of one moment. No page is kept here.</summary>
    public Task<RecordsSaved> SaveAsync(Func<RecordPage, Task> page, CancellationToken token) => database.SnapshotAsync(
        async session =>
        {
            var tables = new List<TransferredTable>();
            foreach (var table in await catalog.TablesAsync(session))
                tables.Add(new TransferredTable(table, await ReadTableAsync(session, table, page, token)));
            return new RecordsSaved(
                await session.ScalarAsync<int>("SELECT max(version) FROM schema_migrations"), tables,
                await DigestsAsync(session, Blobs), await DigestsAsync(session, Stacks));
        },
        token);

    /// <summary>Digests that the rows refer to now.</summary>
    public async Task<IReadOnlySet<Digest>> ReferencedAsync(CancellationToken token) =>
        await database.SnapshotAsync(s => DigestsAsync(s, Blobs), token);

    /// <summary>Null when this program can make the schema that the rows had.</summary>
    public Refusal? RefuseSchema(int schema) => catalog.Migrations.UpTo(schema) is not null ? null : Refusal.Invalid(
        "from", $"Its records have the schema version {schema}, which this program does not know for the engine of {Address}. Restore it with the version of Gantry that made it, or a later one.");

    /// <returns>Null when there is nothing in the target that would be lost.</returns>
    public async Task<Refusal?> RefuseTargetAsync(bool replace, CancellationToken token)
    {
        if (catalog.Users is { Count: > 0 } users)
            return Refusal.Conflict($"{Address} is in use by process {string.Join(", ", users)}. Stop Gantry ('systemctl stop gantry'; apps go on serving), then try again.");
        return replace ? null : await database.RebuildAsync(
            async session =>
            {
                foreach (var table in (await catalog.TablesAsync(session)).Where(t => t != SealingKeys))
                    if (await session.ScalarAsync<long>($"SELECT count(*) FROM (SELECT 1 FROM {table} LIMIT 1) AS found") > 0)
                        return Refusal.Conflict(
                            $"The target {Address} holds records already (table {table}), and nothing there is overwritten. Restore into an empty data folder or database, or give --replace to lose what is there.");
                return null;
            },
            token);
    }

    /// <summary>
    /// Makes all tables anew, in one transaction: first those of the program that the rows come from, then what this
    /// program has changed since.
    /// </summary>
    /// <param name="pages">May be asked for more than once.</param>
    /// <param name="beforeCommit">Puts the key in its place, with which the rows must agree.</param>
    public Task<int> RestoreAsync(int schema, byte[] key, Func<IAsyncEnumerable<RecordPage>> pages, Action beforeCommit, CancellationToken token) =>
        database.RebuildAsync(
            async session =>
            {
                foreach (var table in (await catalog.TablesAsync(session)).Reverse())
                    await session.ExecuteAsync($"DROP TABLE {table}");
                await session.ExecuteAsync("DROP TABLE IF EXISTS schema_migrations");
                await catalog.Migrations.UpTo(schema)!.ApplyAsync(session, time.GetUtcNow());
                // What a migration has put there is among the rows too.
                foreach (var table in (await catalog.TablesAsync(session)).Reverse())
                    await session.ExecuteAsync($"DELETE FROM {table}");
                await foreach (var page in pages().WithCancellation(token))
                    await InsertAsync(session, page);
                await catalog.Migrations.ApplyAsync(session, time.GetUtcNow());
                beforeCommit();
                Secrets.KeyFile.Put(catalog.KeyPath, key, overwrite: true);
                await Sql.SealingKeys.LoadOrCreateAsync(session, catalog.KeyPath, catalog.IsShared);
                return schema;
            },
            token);

    /// <summary>The key that sealed the boxes among the rows.</summary>
    public byte[] ReadKey() => Secrets.KeyFile.Load(catalog.KeyPath);

    public string KeyPath => catalog.KeyPath;

    public bool IsShared => catalog.IsShared;

    /// <returns>Rows.</returns>
    public async Task<long> ReadTableAsync(SqlSession session, string table, Func<RecordPage, Task> page, CancellationToken token)
    {
        var columns = await catalog.ColumnsAsync(session, table);
        var last = await catalog.LastNumberAsync(session, table);
        var order = columns.Any(c => c.Name == "seq") ? " ORDER BY seq" : "";
        var (rows, bytes, count) = (new List<object?[]>(), 0, 0L);
        await using (var reader = await session.ReadAsync($"SELECT {string.Join(", ", columns.Select(c => c.Name))} FROM {table}{order}"))
        {
            while (await reader.ReadAsync(token))
            {
                rows.Add(Row(reader, ref bytes));
                count++;
                if (rows.Count < PageRows && bytes < PageBytes)
                    continue;
                await page(new RecordPage(table, columns, last, rows));
                (rows, bytes) = ([], 0);
            }
        }

        // An empty table as well: its numbers go on where they were.
        if (rows.Count > 0 || count == 0)
            await page(new RecordPage(table, columns, last, rows));
        return count;
    }

    private static object?[] Row(DbDataReader reader, ref int bytes)
    {
        var row = new object?[reader.FieldCount];
        for (var i = 0; i < row.Length; i++)
        {
            row[i] = reader.GetValue(i) switch
            {
                DBNull => null,
                bool truth => truth ? 1L : 0L,
                int number => (long)number,
                var value => value,
            };
            bytes += row[i] switch { string text => text.Length, byte[] content => content.Length, _ => 8 };
        }

        return row;
    }

    /// <summary>Adds the rows as they are; new ones are numbered after the last that the table ever gave.</summary>
    public async Task InsertAsync(SqlSession session, RecordPage page)
    {
        if (page.Rows.Count > 0)
            await catalog.InsertAsync(session, page);
        if (page.LastNumber is { } last and > 0)
            await catalog.ContinueAsync(session, page.Table, last);
    }

    private static async Task<IReadOnlySet<Digest>> DigestsAsync(SqlSession session, string sql) =>
        (await session.ListAsync<string>(sql)).Where(Digest.IsValid).Select(d => new Digest(d)).ToHashSet();
}

/// <summary>What was read, and what it refers to.</summary>
/// <param name="Schema">The last migration of the database it comes from.</param>
/// <param name="Stacks">Those of the blobs that are roots of stacks.</param>
internal sealed record RecordsSaved(int Schema, IReadOnlyList<TransferredTable> Tables, IReadOnlySet<Digest> Blobs, IReadOnlySet<Digest> Stacks);
