using Gantry.Domain;
using Gantry.Domain.Usage;
using Gantry.Store.Records;
using Gantry.Store.Sql.Rows;

namespace Gantry.Store.Sql;

internal sealed class SqlUsageStore(SqlDatabase database) : IUsageStore
{
    private const string Columns =
        "container_id, kind, app_id, app_name, owner_id, type, size, memory_bytes, announced_at, host, boot_id, start_uptime, started_at, stopped_at";

    private const string Values =
        "@ContainerId, @Kind, @AppId, @AppName, @OwnerId, @Type, @Size, @MemoryBytes, @AnnouncedAt, @Host, @BootId, @StartUptime, @StartedAt, @StoppedAt";

    /// <summary>An announced record is opened, a new one added; one that was opened before stays as it is.</summary>
    private const string Open =
        $"""
        INSERT INTO usage_records ({Columns}) VALUES ({Values})
        ON CONFLICT (container_id) DO UPDATE SET host = excluded.host, boot_id = excluded.boot_id, start_uptime = excluded.start_uptime,
            started_at = excluded.started_at, stopped_at = excluded.stopped_at
        WHERE usage_records.started_at IS NULL
        """;

    private const string Close =
        "UPDATE usage_records SET stopped_at = @StoppedAt WHERE container_id = @ContainerId AND started_at IS NOT NULL AND stopped_at IS NULL";

    private const string See =
        """
        INSERT INTO usage_sightings (host, boot_id, uptime, seen_at) VALUES (@Host, @BootId, @Uptime, @SeenAt)
        ON CONFLICT (host) DO UPDATE SET boot_id = excluded.boot_id, uptime = excluded.uptime, seen_at = excluded.seen_at
        """;

    /// <summary>Records with the end they have so far: an open one was alive when its host was last seen.</summary>
    private const string Ended =
        """
        SELECT r.*, coalesce(r.stopped_at,
            CASE WHEN s.boot_id = r.boot_id AND s.uptime > r.start_uptime THEN r.started_at + (s.uptime - r.start_uptime) * 10000000 ELSE r.started_at END) AS ended_at
        FROM usage_records r LEFT JOIN usage_sightings s ON s.host = r.host AND r.stopped_at IS NULL
        WHERE r.started_at < @to AND (r.stopped_at IS NULL OR r.stopped_at > @from)
        """;

    private const string Parts =
        $"""
        SELECT e.*, CASE WHEN started_at < @from THEN @from ELSE started_at END AS part_from,
            CASE WHEN ended_at > @to THEN @to ELSE ended_at END AS part_to
        FROM ({Ended}) e WHERE ended_at > @from
        """;

    public Task AnnounceAsync(UsageSubject subject, DateTimeOffset now, CancellationToken token) => database.ExecuteAsync(
        $"INSERT INTO usage_records ({Columns}) VALUES ({Values}) ON CONFLICT (container_id) DO NOTHING", UsageRow.From(subject, now), token);

    public async Task<IReadOnlyList<UsageSubject>> ListAnnouncedAsync(IReadOnlyCollection<ContainerId> ids, CancellationToken token) =>
        [.. (await database.ListAsync<UsageRow>(
            $"SELECT * FROM usage_records WHERE container_id {database.In("@ids")}", new { ids = ids.Select(i => i.Value).ToArray() }, token)).Select(r => r.ToSubject())];

    public async Task<IReadOnlyList<UsageRecord>> ListOpenAsync(string host, CancellationToken token) =>
        [.. (await database.ListAsync<UsageRow>(
            "SELECT * FROM usage_records WHERE host = @host AND stopped_at IS NULL", new { host }, token)).Select(r => r.ToRecord())];

    public async Task<HostSighting?> FindSightingAsync(string host, CancellationToken token) =>
        (await database.FindAsync<SightingRow>("SELECT * FROM usage_sightings WHERE host = @host", new { host }, token))?.ToSighting();

    public Task ApplyAsync(string host, UsageChanges changes, HostSighting? sighting, CancellationToken token) => database.WriteAsync(
        async s =>
        {
            foreach (var record in changes.Opened)
                await s.ExecuteAsync(Open, UsageRow.From(record));
            foreach (var record in changes.Closed)
                await s.ExecuteAsync(Close, UsageRow.From(record));
            return sighting is null ? 0 : await s.ExecuteAsync(
                See, new { Host = host, sighting.Time.BootId, sighting.Time.Uptime, SeenAt = sighting.At.ToSql() });
        },
        token);

    public async Task<IReadOnlyList<UsagePeriod>> ListAsync(DateTimeOffset from, DateTimeOffset to, int most, CancellationToken token) =>
        [.. (await database.ListAsync<UsagePeriodRow>(
            $"{Parts} ORDER BY started_at, seq LIMIT @most", new { from = from.ToSql(), to = to.ToSql(), most }, token)).Select(r => r.ToPeriod())];

    public async Task<IReadOnlyList<UsageTotal>> SumAsync(DateTimeOffset from, DateTimeOffset to, bool byApp, CancellationToken token)
    {
        var (app, group) = byApp ? ("app_id", "owner_id, app_id") : ("NULL", "owner_id");
        var sql =
            $"""
            SELECT owner_id, {app} AS app_id, {(byApp ? "max(app_name)" : "''")} AS app_name, kind, size, memory_bytes,
                count(*) AS containers, CAST(sum(part_to - part_from) AS BIGINT) AS ticks
            FROM ({Parts}) p GROUP BY {group}, kind, size, memory_bytes ORDER BY owner_id, 2, kind, memory_bytes
            """;
        return [.. (await database.ListAsync<UsageTotalRow>(sql, new { from = from.ToSql(), to = to.ToSql() }, token)).Select(r => r.ToTotal())];
    }

    public async Task PruneAsync(DateTimeOffset before, CancellationToken token)
    {
        var args = new { before = before.ToSql(), skip = 0 };
        await database.DeleteInBatchesAsync("usage_records", "WHERE stopped_at < @before", args, token);
        await database.DeleteInBatchesAsync("usage_records", "WHERE started_at IS NULL AND announced_at < @before", args, token);
    }
}
