using Gantry.Domain;
using Gantry.Domain.Containers;
using Gantry.Store.Records;
using Gantry.Store.Secrets;
using Gantry.Store.Sql.Rows;

namespace Gantry.Store.Sql;

internal sealed class SqlContainerStore : IContainerStore
{
    private const string EnvironmentName = "extra environment";

    private const string Insert =
        """
        INSERT INTO containers (id, app_id, deployment_id, image_id, type, slot, size, command, extra_environment, attached,
            user_id, wanted, state, host, placed_at, placement, replaces, moved_at, address, port, exit_code, exit_reason, crashes, boot_attempts, boot_failed,
            not_before, created_at, started_at, ready_at, stopped_at)
        VALUES (@Id, @AppId, @DeploymentId, @ImageId, @Type, @Slot, @Size, @Command, @ExtraEnvironment, @Attached,
            @UserId, @Wanted, @State, @Host, @PlacedAt, @Placement, @Replaces, @MovedAt, @Address, @Port, @ExitCode, @ExitReason, @Crashes, @BootAttempts, @BootFailed,
            @NotBefore, @CreatedAt, @StartedAt, @ReadyAt, @StoppedAt)
        """;

    /// <summary>The extra environment never changes, and is not opened to be written back.</summary>
    private const string Change =
        """
        UPDATE containers SET deployment_id = @DeploymentId, image_id = @ImageId, type = @Type, slot = @Slot, size = @Size,
            command = @Command, attached = @Attached, user_id = @UserId, wanted = @Wanted,
            state = @State, host = @Host, placed_at = @PlacedAt, placement = @Placement, replaces = @Replaces, moved_at = @MovedAt, address = @Address, port = @Port, exit_code = @ExitCode, exit_reason = @ExitReason,
            crashes = @Crashes, boot_attempts = @BootAttempts, boot_failed = @BootFailed, not_before = @NotBefore, created_at = @CreatedAt, started_at = @StartedAt,
            ready_at = @ReadyAt, stopped_at = @StoppedAt
        WHERE id = @Id
        """;

    private readonly SqlDatabase _database;
    private readonly Sealer _sealer;
    private readonly Gathering<ContainerId, Container?> _found;
    private readonly Gathering<Changing, Container?> _changed;

    public SqlContainerStore(SqlDatabase database, Sealer sealer)
    {
        (_database, _sealer) = (database, sealer);
        _found = new(FindAllAsync);
        _changed = new(ChangeAllAsync);
    }

    public Task AddAsync(IReadOnlyList<Container> containers, CancellationToken token) =>
        _database.WriteAsync(
            async s =>
            {
                await s.ExecuteAllAsync(Insert, [.. containers.Select(NewRow)]);
                return containers.Count;
            },
            token);

    public Task<Container?> FindAsync(ContainerId id, CancellationToken token) => _found.AskAsync(id, token);

    public async Task<IReadOnlyList<Container>> ListLiveAsync(CancellationToken token) =>
        Containers(await _database.ListAsync<ContainerRow>("SELECT * FROM containers WHERE state <> 'Stopped' ORDER BY seq", null, token));

    public async Task<IReadOnlyList<Container>> ListLiveAsync(AppId app, CancellationToken token) =>
        [.. (await _database.ListAsync<ContainerRow>(
            "SELECT * FROM containers WHERE app_id = @app AND state <> 'Stopped' ORDER BY seq", new { app = app.Value }, token)).Select(Container)];

    public async Task<IReadOnlyList<Container>> ListLiveAsync(IReadOnlyCollection<AppId> apps, CancellationToken token) =>
        [.. (await _database.ListAsync<ContainerRow>(
            $"SELECT * FROM containers WHERE app_id {_database.In("@apps")} AND state <> 'Stopped' ORDER BY seq", new { apps = apps.Select(a => a.Value).ToArray() }, token)).Select(Container)];

    public async Task<IReadOnlyList<Container>> ListLiveAsync(HostId host, CancellationToken token) =>
        [.. (await _database.ListAsync<ContainerRow>(
            "SELECT * FROM containers WHERE host IN (@host, '') AND state <> 'Stopped' ORDER BY seq", new { host = host.Value }, token)).Select(Container)];

    public async Task<IReadOnlyList<Container>> ListUnsettledAsync(CancellationToken token) =>
        [.. (await _database.ListAsync<ContainerRow>(
            "SELECT * FROM containers WHERE state <> 'Stopped' AND (state IN ('Booting', 'Stopping') OR (state = 'Running' AND wanted = @no)) ORDER BY seq",
            new { no = false }, token)).Select(Container)];

    public async Task<IReadOnlyList<Container>> ListAsync(IReadOnlyCollection<ContainerId> ids, CancellationToken token) =>
        [.. (await _database.ListAsync<ContainerRow>(
            $"SELECT * FROM containers WHERE id {_database.In("@ids")} ORDER BY seq", new { ids = ids.Select(i => i.Value).ToArray() }, token)).Select(Container)];

    public async Task<IReadOnlyList<Container>> ListByDeploymentAsync(AppId app, DeploymentId deployment, CancellationToken token) =>
        [.. (await _database.ListAsync<ContainerRow>(
            "SELECT * FROM containers WHERE app_id = @app AND deployment_id = @deployment ORDER BY seq",
            new { app = app.Value, deployment = deployment.Value }, token)).Select(Container)];

    public Task<Container?> UpdateAsync(ContainerId id, Func<Container, Container> change, CancellationToken token) => _changed.AskAsync(new(id, change), token);

    public Task<Container?> UpdateRouteAsync(ContainerId id, Func<Container, Container> change, CancellationToken token) =>
        _changed.AskAsync(new(id, change, IsRoute: true), token);

    public Task<Container?> ReplaceAsync(ContainerId id, Func<Container, Container> end, Container next, CancellationToken token) =>
        _changed.AskAsync(new(id, end, next), token);

    public Task<int> NextOneOffIndexAsync(AppId app, CancellationToken token) =>
        _database.WriteAsync(
            async s => await s.ScalarAsync<int?>(
                "UPDATE apps SET last_one_off_index = last_one_off_index + 1 WHERE id = @app RETURNING last_one_off_index", new { app = app.Value })
                ?? throw new InvalidOperationException($"There is no app {app.Value}: it was deleted meanwhile."),
            token);

    public Task PruneStoppedAsync(DateTimeOffset before, CancellationToken token) =>
        _database.ExecuteAsync(
            "DELETE FROM containers WHERE state = 'Stopped' AND stopped_at < @before", new { before = before.ToSql() }, token);

    private ContainerRow NewRow(Container container) => ContainerRow.From(container, _sealer.SealMap(container.Id.Value, EnvironmentName, container.ExtraEnvironment));

    private async Task<IReadOnlyList<Container?>> FindAllAsync(IReadOnlyList<ContainerId> ids, CancellationToken token)
    {
        var found = (await ListAsync(ids.ToHashSet(), token)).ToDictionary(c => c.Id);
        return [.. ids.Select(found.GetValueOrDefault)];
    }

    private Task<IReadOnlyList<Container?>> ChangeAllAsync(IReadOnlyList<Changing> changes, CancellationToken token) => _database.WriteAsync<IReadOnlyList<Container?>>(
        async s =>
        {
            // Always in the same order, so that two who lock several do not wait for each other.
            var rows = await s.ListAsync<ContainerRow>(
                $"SELECT * FROM containers WHERE id {_database.In("@ids")} ORDER BY id {_database.ForUpdate}", new { ids = changes.Select(c => c.Id.Value).Distinct().ToArray() });
            var stored = rows.Select(Container).ToDictionary(c => c.Id);
            var next = new List<Container>();
            var answers = changes.Select(c => Make(c, stored, next)).ToList();
            await s.ExecuteAllAsync(Change, [.. stored.Values.Select(c => ContainerRow.From(c, extraEnvironment: null))]);
            await s.ExecuteAllAsync(Insert, [.. next.Select(NewRow)]);
            await SqlRouterStore.AddChangesAsync(s, [.. changes.Where(c => c.IsRoute && stored.ContainsKey(c.Id)).Select(c => stored[c.Id].AppId)]);
            return answers;
        },
        token);

    private static Container? Make(Changing change, Dictionary<ContainerId, Container> stored, List<Container> next)
    {
        if (!stored.TryGetValue(change.Id, out var before) || (change.Next is not null && before.State == ContainerState.Stopped))
            return null;
        var after = change.Change(before) with { Id = before.Id, AppId = before.AppId };
        stored[change.Id] = after = after.State < before.State ? after with { State = before.State } : after;
        if (change.Next is not null && after.Wanted)
            next.Add(change.Next);
        return after;
    }

    /// <summary>Of all that are live there may be a hundred thousand, which are kept in memory, and whose apps, releases and hosts are few.</summary>
    private List<Container> Containers(IReadOnlyList<ContainerRow> rows)
    {
        var shared = new HashSet<string>(StringComparer.Ordinal);
        return [.. rows.Select(r => Container(r.Sharing(shared)))];
    }

    private Container Container(ContainerRow row) =>
        row.ToContainer(_sealer.OpenMap(row.Id, EnvironmentName, row.ExtraEnvironment));

    /// <param name="Next">What takes the slot over when this is its end.</param>
    /// <param name="IsRoute">Routers are told.</param>
    private sealed record Changing(ContainerId Id, Func<Container, Container> Change, Container? Next = null, bool IsRoute = false);
}
