using Gantry.Domain;
using Gantry.Domain.Usage;
using Gantry.Store.Records;
using Gantry.Store.Sql.Rows;

namespace Gantry.Store.Sql;

internal sealed class SqlUsageStore : IUsageStore
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

    private readonly SqlDatabase _database;
    private readonly Gathering<IReadOnlyCollection<ContainerId>, IReadOnlyList<UsageSubject>> _announced;
    private readonly Gathering<string, IReadOnlyList<UsageRecord>> _open;
    private readonly Gathering<string, HostSighting?> _sightings;
    private readonly Gathering<(string Host, UsageChanges Changes, HostSighting? Sighting), bool> _applied;

    public SqlUsageStore(SqlDatabase database)
    {
        _database = database;
        (_announced, _open, _sightings, _applied) = (new(ListAllAnnouncedAsync), new(ListAllOpenAsync), new(FindAllSightingsAsync), new(ApplyAllAsync));
    }

    public Task AnnounceAsync(UsageSubject subject, DateTimeOffset now, CancellationToken token) => _database.ExecuteAsync(
        $"INSERT INTO usage_records ({Columns}) VALUES ({Values}) ON CONFLICT (container_id) DO NOTHING", UsageRow.From(subject, now), token);

    public Task<IReadOnlyList<UsageSubject>> ListAnnouncedAsync(IReadOnlyCollection<ContainerId> ids, CancellationToken token) => _announced.AskAsync(ids, token);

    public Task<IReadOnlyList<UsageRecord>> ListOpenAsync(string host, CancellationToken token) => _open.AskAsync(host, token);

    public Task<HostSighting?> FindSightingAsync(string host, CancellationToken token) => _sightings.AskAsync(host, token);

    public Task ApplyAsync(string host, UsageChanges changes, HostSighting? sighting, CancellationToken token) => _applied.AskAsync((host, changes, sighting), token);

    public Task SeeAsync(IReadOnlyDictionary<string, HostSighting> sightings, CancellationToken token) => _database.WriteAsync(
        async s =>
        {
            await s.ExecuteAllAsync(See, [.. sightings.Select(h => SightingRow.From(h.Key, h.Value))]);
            return sightings.Count;
        },
        token);

    public async Task<IReadOnlyList<UsagePeriod>> ListAsync(DateTimeOffset from, DateTimeOffset to, int most, CancellationToken token) =>
        [.. (await _database.ListAsync<UsagePeriodRow>(
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
        return [.. (await _database.ListAsync<UsageTotalRow>(sql, new { from = from.ToSql(), to = to.ToSql() }, token)).Select(r => r.ToTotal())];
    }

    public async Task PruneAsync(DateTimeOffset before, CancellationToken token)
    {
        var args = new { before = before.ToSql(), skip = 0 };
        await _database.DeleteInBatchesAsync("usage_records", "WHERE stopped_at < @before", args, token);
        await _database.DeleteInBatchesAsync("usage_records", "WHERE started_at IS NULL AND announced_at < @before", args, token);
    }

    private async Task<IReadOnlyList<IReadOnlyList<UsageSubject>>> ListAllAnnouncedAsync(IReadOnlyList<IReadOnlyCollection<ContainerId>> asked, CancellationToken token)
    {
        var found = (await _database.ListAsync<UsageRow>(
            $"SELECT * FROM usage_records WHERE container_id {_database.In("@ids")}", new { ids = asked.SelectMany(a => a).Select(i => i.Value).Distinct().ToArray() }, token))
            .ToDictionary(r => r.ContainerId, r => r.ToSubject());
        return [.. asked.Select(a => a.Select(i => found.GetValueOrDefault(i.Value)).OfType<UsageSubject>().ToList())];
    }

    private async Task<IReadOnlyList<IReadOnlyList<UsageRecord>>> ListAllOpenAsync(IReadOnlyList<string> hosts, CancellationToken token)
    {
        var found = (await _database.ListAsync<UsageRow>(
            $"SELECT * FROM usage_records WHERE host {_database.In("@hosts")} AND stopped_at IS NULL", new { hosts = hosts.Distinct().ToArray() }, token)).ToLookup(r => r.Host);
        return [.. hosts.Select(h => found[h].Select(r => r.ToRecord()).ToList())];
    }

    private async Task<IReadOnlyList<HostSighting?>> FindAllSightingsAsync(IReadOnlyList<string> hosts, CancellationToken token)
    {
        var found = (await _database.ListAsync<SightingRow>(
            $"SELECT * FROM usage_sightings WHERE host {_database.In("@hosts")}", new { hosts = hosts.Distinct().ToArray() }, token)).ToDictionary(r => r.Host);
        return [.. hosts.Select(h => found.GetValueOrDefault(h)?.ToSighting())];
    }

    private Task<IReadOnlyList<bool>> ApplyAllAsync(IReadOnlyList<(string Host, UsageChanges Changes, HostSighting? Sighting)> asked, CancellationToken token) => _database.WriteAsync<IReadOnlyList<bool>>(
        async s =>
        {
            await s.ExecuteAllAsync(Open, [.. asked.SelectMany(a => a.Changes.Opened).Select(UsageRow.From)]);
            await s.ExecuteAllAsync(Close, [.. asked.SelectMany(a => a.Changes.Closed).Select(UsageRow.From)]);
            await s.ExecuteAllAsync(See, [.. asked.Where(a => a.Sighting is not null).Select(a => SightingRow.From(a.Host, a.Sighting!))]);
            return [.. asked.Select(_ => true)];
        },
        token);
}
