using System.Data;
using Gantry.Domain;
using Gantry.Store.Records;
using Gantry.Store.Secrets;
using Gantry.Store.Sql;
using Gantry.Store.Sqlite;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Gantry.Store.Postgres;

/// <summary>
/// Column by column, as the rows lie there: boxes stay sealed, and the key goes on being the same. One transaction on
/// either side, so the source is read as of one moment and the target has everything or nothing.
/// </summary>
internal sealed class SqliteToPostgres(
    IOptions<SqliteStoreOptions> source, IOptions<PostgresStoreOptions> target, TimeProvider time, ILoggerFactory loggers) : IRecordTransfer
{
    public async Task<Outcome<TransferReport>> RunAsync(CancellationToken token)
    {
        if (RefuseSource() is { } refusal)
            return refusal;
        using var sealer = new Sealer();
        await using var from = new SqliteDatabase(source.Value, sealer, time, loggers.CreateLogger<SqliteDatabase>());
        await from.PrepareAsync(token);
        if (RefuseKey() is { } otherKey)
            return otherKey;
        await using var to = new PostgresDatabase(target.Value, sealer, time, loggers.CreateLogger<PostgresDatabase>());
        await to.PrepareAsync(token);
        // Inside the only writer of SQLite: nothing of another process comes in between.
        return await from.WriteAsync(
            rows => to.WriteAsync(IsolationLevel.ReadCommitted, session => CopyAsync(rows, from, session, to, token), token), token);
    }

    private Refusal? RefuseSource()
    {
        var path = Path.GetFullPath(source.Value.DatabasePath);
        if (!File.Exists(path))
            return Refusal.NotFound("from", $"There is no database {path}. Set Gantry:DataDirectory or Store:DatabasePath to where the records of this machine are.");
        return FileUsers.Of(path) is { Count: > 0 } users
            ? Refusal.Conflict($"{path} is in use by process {string.Join(", ", users)}, which could go on writing there. Stop Gantry ('systemctl stop gantry'; apps go on serving), then try again.")
            : null;
    }

    private Refusal? RefuseKey()
    {
        var (old, wanted) = (source.Value.EffectiveKeyPath, Path.GetFullPath(target.Value.KeyPath));
        return File.Exists(wanted) && File.ReadAllBytes(old).AsSpan().SequenceEqual(File.ReadAllBytes(wanted)) ? null : Refusal.Invalid(
            "key", $"{wanted} must be a copy of {old}: the variables stay encrypted with that key. Run 'cp -p {old} {wanted}', or leave Store:KeyPath out.");
    }

    private async Task<Outcome<TransferReport>> CopyAsync(
        SqlSession rows, SqliteDatabase from, SqlSession session, PostgresDatabase to, CancellationToken token)
    {
        var (origin, goal) = (new SqliteCatalog(source.Value), new PostgresCatalog(target.Value));
        var (reading, writing) = (new SqlArchive(from, origin, time), new SqlArchive(to, goal, time));
        var tables = (await origin.TablesAsync(rows)).Except([SqlArchive.SealingKeys]).ToList();
        await session.ExecuteAsync($"LOCK TABLE {string.Join(", ", tables)} IN EXCLUSIVE MODE");
        foreach (var table in tables)
            if (await session.ScalarAsync<bool>($"SELECT EXISTS (SELECT 1 FROM {table})"))
                return Refusal.Conflict($"The target holds records already (table {table}), and nothing there is overwritten. Name an empty database in Store:ConnectionString.");
        var copied = new List<TransferredTable>(tables.Count);
        foreach (var table in tables)
        {
            if (!(await NamesAsync(origin, rows, table)).SetEquals(await NamesAsync(goal, session, table)))
                throw new InvalidOperationException($"The table {table} has other columns on PostgreSQL: its migration is missing there.");
            var read = await reading.ReadTableAsync(rows, table, page => writing.InsertAsync(session, page), token);
            var arrived = await session.ScalarAsync<long>($"SELECT count(*) FROM {table}");
            if (arrived != read)
                throw new StoreException($"Of the table {table} {arrived} of {read} rows arrived; nothing was changed. Try again.", isTransient: true);
            copied.Add(new TransferredTable(table, read));
        }

        return new TransferReport(copied);
    }

    private static async Task<HashSet<string>> NamesAsync(SqlCatalog catalog, SqlSession session, string table) =>
        [.. (await catalog.ColumnsAsync(session, table)).Select(c => c.Name)];
}
