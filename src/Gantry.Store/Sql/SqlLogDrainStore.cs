using Gantry.Domain;
using Gantry.Domain.Logs;
using Gantry.Store.Records;
using Gantry.Store.Secrets;
using Gantry.Store.Sql.Rows;

namespace Gantry.Store.Sql;

internal sealed class SqlLogDrainStore(SqlDatabase database, Sealer sealer) : ILogDrainStore
{
    public async Task<bool> AddAsync(LogDrain drain, CancellationToken token) => await database.ExecuteAsync(
        "INSERT INTO log_drains (id, app_id, sealed, cursor, created_at) VALUES (@Id, @AppId, @Sealed, @Cursor, @CreatedAt) ON CONFLICT (id) DO NOTHING",
        new LogDrainRow
        {
            Id = drain.Id, AppId = drain.AppId.Value, Sealed = sealer.Seal(drain.AppId.Value, Name(drain.Id), drain.Url),
            Cursor = drain.Cursor, CreatedAt = drain.CreatedAt.ToSql(),
        },
        token) == 1;

    public async Task<IReadOnlyList<LogDrain>> ListAsync(AppId app, CancellationToken token) =>
        [.. (await database.ListAsync<LogDrainRow>(
            "SELECT * FROM log_drains WHERE app_id = @app ORDER BY created_at, id", new { app = app.Value }, token)).Select(Open)];

    public Task<IReadOnlyList<string>> ListIdsAsync(CancellationToken token) =>
        database.ListAsync<string>("SELECT id FROM log_drains ORDER BY created_at, id", null, token);

    public async Task<LogDrain?> FindAsync(string id, CancellationToken token) =>
        await database.FindAsync<LogDrainRow>("SELECT * FROM log_drains WHERE id = @id", new { id }, token) is { } row ? Open(row) : null;

    public Task SaveCursorAsync(string id, string cursor, CancellationToken token) =>
        database.ExecuteAsync("UPDATE log_drains SET cursor = @cursor WHERE id = @id", new { id, cursor }, token);

    public async Task<bool> RemoveAsync(string id, CancellationToken token) =>
        await database.ExecuteAsync("DELETE FROM log_drains WHERE id = @id", new { id }, token) == 1;

    private LogDrain Open(LogDrainRow row) => new(
        row.Id, new AppId(row.AppId), sealer.Open(row.AppId, Name(row.Id), row.Sealed), row.Cursor, row.CreatedAt.ToTime());

    private static string Name(string id) => $"log drain {id}";
}
