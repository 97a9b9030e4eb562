using Gantry.Domain;
using Gantry.Store.Records;
using Gantry.Store.Sql.Rows;

namespace Gantry.Store.Sql;

internal sealed class SqlRouterStore : IRouterStore
{
    /// <summary>Changes that are kept. A router that has missed more than these looks at all apps.</summary>
    private const int Kept = 10_000;

    private readonly SqlDatabase _database;
    private readonly Gathering<AppId, long> _added;

    public SqlRouterStore(SqlDatabase database)
    {
        _database = database;
        _added = new(AddAllAsync);
    }

    public Task<long> AddChangeAsync(AppId app, CancellationToken token) => _added.AskAsync(app, token);

    public async Task<RouteChanges> ListChangesAsync(long after, CancellationToken token)
    {
        // With the last known one: it is there unless more have come since than are kept, or the records were restored.
        var rows = await _database.ListAsync<RouteChangeRow>("SELECT * FROM route_changes WHERE number >= @after ORDER BY number", new { after }, token);
        var last = rows.Count > 0 ? rows[^1].Number : 0;
        var goesOn = rows.Count > 0 ? rows[0].Number == (after == 0 ? 1 : after) : after == 0;
        return new RouteChanges(last, goesOn ? rows.Where(r => r.Number > after).Select(r => new AppId(r.AppId)).ToHashSet() : null);
    }

    public Task ReportAsync(RouterReport report, CancellationToken token) => _database.ExecuteAsync(
        """
        INSERT INTO routers (name, change, beat, draining) VALUES (@Name, @Change, @Beat, @Draining)
        ON CONFLICT (name) DO UPDATE SET change = excluded.change, beat = excluded.beat, draining = excluded.draining
        """,
        RouterRow.From(report), token);

    public async Task<IReadOnlyList<RouterReport>> ListReportsAsync(CancellationToken token) =>
        [.. (await _database.ListAsync<RouterRow>("SELECT * FROM routers ORDER BY name", null, token)).Select(r => r.ToReport())];

    public Task RemoveReportAsync(string router, CancellationToken token) =>
        _database.ExecuteAsync("DELETE FROM routers WHERE name = @router", new { router }, token);

    /// <summary>Within another write.</summary>
    /// <returns>The last number.</returns>
    /// <remarks>Numbers have no gaps in the order in which they can be read: each is one more than what was committed before.</remarks>
    public static async Task<long> AddChangesAsync(SqlSession session, IReadOnlyCollection<AppId> apps)
    {
        if (apps.Count == 0)
            return 0;
        var last = await session.ScalarAsync<long>("SELECT COALESCE(max(number), 0) FROM route_changes");
        var rows = apps.Distinct().Select((app, i) => new RouteChangeRow { Number = last + 1 + i, AppId = app.Value }).ToList();
        await session.ExecuteAllAsync("INSERT INTO route_changes (number, app_id) VALUES (@Number, @AppId)", rows);
        await session.ExecuteAsync("DELETE FROM route_changes WHERE number <= @before", new { before = last + rows.Count - Kept });
        return last + rows.Count;
    }

    private async Task<IReadOnlyList<long>> AddAllAsync(IReadOnlyList<AppId> changes, CancellationToken token)
    {
        var last = await _database.WriteAsync(s => AddChangesAsync(s, changes), token);
        return [.. changes.Select(_ => last)];
    }
}
