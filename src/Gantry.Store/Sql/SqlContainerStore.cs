using Gantry.Domain;
using Gantry.Domain.Containers;
using Gantry.Store.Records;
using Gantry.Store.Secrets;
using Gantry.Store.Sql.Rows;

namespace Gantry.Store.Sql;

internal sealed class SqlContainerStore(SqlDatabase database, Sealer sealer) : IContainerStore
{
    private const string EnvironmentName = "extra environment";

    public Task AddAsync(IReadOnlyList<Container> containers, CancellationToken token) =>
        database.WriteAsync(
            async s =>
            {
                foreach (var container in containers)
                    await AddAsync(s, container);
                return containers.Count;
            },
            token);

    public Task<Container?> FindAsync(ContainerId id, CancellationToken token) => database.ReadAsync(s => FindAsync(s, id), token);

    public async Task<IReadOnlyList<Container>> ListLiveAsync(CancellationToken token) =>
        [.. (await database.ListAsync<ContainerRow>(
            "SELECT * FROM containers WHERE state <> 'Stopped' ORDER BY seq", null, token)).Select(Container)];

    public async Task<IReadOnlyList<Container>> ListLiveAsync(AppId app, CancellationToken token) =>
        [.. (await database.ListAsync<ContainerRow>(
            "SELECT * FROM containers WHERE app_id = @app AND state <> 'Stopped' ORDER BY seq", new { app = app.Value }, token)).Select(Container)];

    public async Task<IReadOnlyList<Container>> ListByDeploymentAsync(AppId app, DeploymentId deployment, CancellationToken token) =>
        [.. (await database.ListAsync<ContainerRow>(
            "SELECT * FROM containers WHERE app_id = @app AND deployment_id = @deployment ORDER BY seq",
            new { app = app.Value, deployment = deployment.Value }, token)).Select(Container)];

    public Task<Container?> UpdateAsync(ContainerId id, Func<Container, Container> change, CancellationToken token) =>
        database.WriteAsync(
            async s =>
            {
                if (await FindAsync(s, id, database.ForUpdate) is not { } stored)
                    return null;
                var changed = change(stored) with { Id = id, AppId = stored.AppId };
                if (changed.State < stored.State)
                    changed = changed with { State = stored.State };
                await WriteAsync(s, changed);
                return changed;
            },
            token);

    public Task<Container?> ReplaceAsync(ContainerId id, Func<Container, Container> end, Container next, CancellationToken token) =>
        database.WriteAsync(
            async s =>
            {
                if (await FindAsync(s, id, database.ForUpdate) is not { State: not ContainerState.Stopped } stored)
                    return null;
                var ended = end(stored) with { Id = id, AppId = stored.AppId };
                await WriteAsync(s, ended);
                if (ended.Wanted)
                    await AddAsync(s, next);
                return ended;
            },
            token);

    public Task<int> NextOneOffIndexAsync(AppId app, CancellationToken token) =>
        database.WriteAsync(
            async s => await s.ScalarAsync<int?>(
                "UPDATE apps SET last_one_off_index = last_one_off_index + 1 WHERE id = @app RETURNING last_one_off_index", new { app = app.Value })
                ?? throw new InvalidOperationException($"There is no app {app.Value}: it was deleted meanwhile."),
            token);

    public Task PruneStoppedAsync(DateTimeOffset before, CancellationToken token) =>
        database.ExecuteAsync(
            "DELETE FROM containers WHERE state = 'Stopped' AND stopped_at < @before", new { before = before.ToSql() }, token);

    private Task<int> AddAsync(SqlSession session, Container container) =>
        session.ExecuteAsync(
            """
            INSERT INTO containers (id, app_id, deployment_id, image_id, type, slot, size, command, extra_environment, attached,
                user_id, wanted, state, host, placed_at, placement, replaces, moved_at, address, port, exit_code, exit_reason, crashes, boot_attempts, boot_failed,
                not_before, created_at, started_at, ready_at, stopped_at)
            VALUES (@Id, @AppId, @DeploymentId, @ImageId, @Type, @Slot, @Size, @Command, @ExtraEnvironment, @Attached,
                @UserId, @Wanted, @State, @Host, @PlacedAt, @Placement, @Replaces, @MovedAt, @Address, @Port, @ExitCode, @ExitReason, @Crashes, @BootAttempts, @BootFailed,
                @NotBefore, @CreatedAt, @StartedAt, @ReadyAt, @StoppedAt)
            """,
            ContainerRow.From(container, sealer.SealMap(container.Id.Value, EnvironmentName, container.ExtraEnvironment)));

    private async Task<Container?> FindAsync(SqlSession session, ContainerId id, string locking = "") =>
        await session.FindAsync<ContainerRow>($"SELECT * FROM containers WHERE id = @id {locking}", new { id = id.Value }) is { } row ? Container(row) : null;

    /// <remarks>The extra environment never changes, and is not opened to be written back.</remarks>
    private static Task<int> WriteAsync(SqlSession session, Container container) =>
        session.ExecuteAsync(
            """
            UPDATE containers SET deployment_id = @DeploymentId, image_id = @ImageId, type = @Type, slot = @Slot, size = @Size,
                command = @Command, attached = @Attached, user_id = @UserId, wanted = @Wanted,
                state = @State, host = @Host, placed_at = @PlacedAt, placement = @Placement, replaces = @Replaces, moved_at = @MovedAt, address = @Address, port = @Port, exit_code = @ExitCode, exit_reason = @ExitReason,
                crashes = @Crashes, boot_attempts = @BootAttempts, boot_failed = @BootFailed, not_before = @NotBefore, created_at = @CreatedAt, started_at = @StartedAt,
                ready_at = @ReadyAt, stopped_at = @StoppedAt
            WHERE id = @Id
            """,
            ContainerRow.From(container, extraEnvironment: null));

    private Container Container(ContainerRow row) =>
        row.ToContainer(sealer.OpenMap(row.Id, EnvironmentName, row.ExtraEnvironment));
}
