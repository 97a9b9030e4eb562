using Gantry.Domain;
using Gantry.Domain.Events;
using Gantry.Store.Records;
using Gantry.Store.Sql.Rows;

namespace Gantry.Store.Sql;

internal sealed class SqlEventStore(SqlDatabase database) : IEventStore
{
    /// <remarks>The owner is written down now, because the app may be gone when the timeline is read.</remarks>
    public Task AddAsync(AppEvent appEvent, CancellationToken token) =>
        database.ExecuteAsync(
            """
            INSERT INTO events (id, created_at, type, user_id, username, app_id, app_name, data_json, owner_id)
            VALUES (@Id, @CreatedAt, @Type, @UserId, @Username, @AppId, @AppName, @DataJson,
                coalesce(@OwnerId, (SELECT owner_id FROM apps WHERE id = @AppId), @UserId))
            """,
            EventRow.From(appEvent), token);

    public Task<(IReadOnlyList<AppEvent> Page, int Total)> ListByAppAsync(
        AppId app, DateTimeOffset? since, int page, int perPage, CancellationToken token) =>
        ListAsync("app_id = @key AND created_at >= @since", app.Value, since ?? DateTimeOffset.MinValue, page, perPage, token);

    public Task<(IReadOnlyList<AppEvent> Page, int Total)> ListByUserAsync(UserId user, int page, int perPage, CancellationToken token) =>
        ListAsync("owner_id = @key AND created_at >= @since", user.Value, DateTimeOffset.MinValue, page, perPage, token);

    public Task<(IReadOnlyList<AppEvent> Page, int Total)> ListByPlatformAsync(int page, int perPage, CancellationToken token) =>
        ListAsync("owner_id = @key AND created_at >= @since", EventRow.Platform, DateTimeOffset.MinValue, page, perPage, token);

    public async Task PruneAsync(DateTimeOffset before, int keptPerApp, CancellationToken token)
    {
        await database.DeleteInBatchesAsync("events", "WHERE created_at < @before", new { before = before.ToSql(), skip = 0 }, token);
        var full = await database.ListAsync<string>(
            "SELECT app_id FROM events WHERE app_id IS NOT NULL GROUP BY app_id HAVING count(*) > @keptPerApp", new { keptPerApp }, token);
        foreach (var app in full)
            await database.DeleteInBatchesAsync(
                "events", "WHERE app_id = @app ORDER BY created_at DESC, seq DESC", new { app, skip = keptPerApp }, token);
    }

    private Task<(IReadOnlyList<AppEvent> Page, int Total)> ListAsync(
        string filter, string key, DateTimeOffset since, int page, int perPage, CancellationToken token) =>
        database.ReadAsync<(IReadOnlyList<AppEvent>, int)>(
            async s =>
            {
                var args = new { key, since = since.ToSql(), perPage, offset = SqlValues.Offset(page, perPage) };
                var rows = await s.ListAsync<EventRow>(
                    $"SELECT * FROM events WHERE {filter} ORDER BY created_at DESC, seq DESC LIMIT @perPage OFFSET @offset", args);
                var total = await s.ScalarAsync<int>($"SELECT count(*) FROM events WHERE {filter}", args);
                return ([.. rows.Select(r => r.ToEvent())], total);
            },
            token);
}
