using Gantry.Domain;
using Gantry.Domain.Deployments;
using Gantry.Store.Records;
using Gantry.Store.Sql.Rows;

namespace Gantry.Store.Sql;

internal sealed partial class SqlDeploymentStore(SqlDatabase database) : IDeploymentStore
{
    private static readonly string[] _unfinished =
        [.. Enum.GetValues<DeploymentStatus>().Where(s => !s.IsFinished()).Select(s => s.ToString())];

    public Task AddAsync(Deployment deployment, CancellationToken token) =>
        database.ExecuteAsync(
            """
            INSERT INTO deployments (id, app_id, pusher_id, pusher_name, source_kind, source_value, git_ref, status, failure_reason,
                image_id, image_size, stack_name, postdeploy_hook, abort_requested, created_at, started_at, finished_at)
            VALUES (@Id, @AppId, @PusherId, @PusherName, @SourceKind, @SourceValue, @GitRef, @Status, @FailureReason,
                @ImageId, @ImageSize, @StackName, @PostdeployHook, @AbortRequested, @CreatedAt, @StartedAt, @FinishedAt)
            """,
            DeploymentRow.From(deployment), token);

    public Task<Deployment?> FindAsync(DeploymentId id, CancellationToken token) => database.ReadAsync(s => FindAsync(s, id), token);

    public Task<(IReadOnlyList<Deployment> Page, int Total)> ListAsync(AppId app, int page, int perPage, CancellationToken token) =>
        database.ReadAsync<(IReadOnlyList<Deployment>, int)>(
            async s =>
            {
                var rows = await s.ListAsync<DeploymentRow>(
                    "SELECT * FROM deployments WHERE app_id = @app ORDER BY created_at DESC, seq DESC LIMIT @perPage OFFSET @offset",
                    new { app = app.Value, perPage, offset = SqlValues.Offset(page, perPage) });
                var total = await s.ScalarAsync<int>("SELECT count(*) FROM deployments WHERE app_id = @app", new { app = app.Value });
                return ([.. rows.Select(r => r.ToDeployment())], total);
            },
            token);

    public async Task<IReadOnlyList<Deployment>> ListUnfinishedAsync(CancellationToken token) =>
        [.. (await database.ListAsync<DeploymentRow>(
            $"SELECT * FROM deployments WHERE status {database.In("@unfinished")} ORDER BY created_at, seq", new { unfinished = _unfinished }, token))
            .Select(r => r.ToDeployment())];

    public Task<Deployment?> UpdateAsync(DeploymentId id, Func<Deployment, Deployment> change, CancellationToken token) =>
        database.WriteAsync(
            async s =>
            {
                if (await FindAsync(s, id, database.ForUpdate) is not { } stored)
                    return null;
                var changed = change(stored) with { Id = id, AppId = stored.AppId };
                if (changed.Status != stored.Status && !stored.Status.CanBecome(changed.Status))
                    return stored;
                await WriteAsync(s, changed);
                return changed;
            },
            token);

    private static async Task<Deployment?> FindAsync(SqlSession session, DeploymentId id, string locking = "") =>
        (await session.FindAsync<DeploymentRow>($"SELECT * FROM deployments WHERE id = @id {locking}", new { id = id.Value }))?.ToDeployment();

    private static Task<int> WriteAsync(SqlSession session, Deployment deployment) =>
        session.ExecuteAsync(
            """
            UPDATE deployments SET pusher_id = @PusherId, pusher_name = @PusherName, source_kind = @SourceKind, source_value = @SourceValue,
                git_ref = @GitRef, status = @Status, failure_reason = @FailureReason, image_id = @ImageId, image_size = @ImageSize,
                stack_name = @StackName, postdeploy_hook = @PostdeployHook, abort_requested = @AbortRequested,
                created_at = @CreatedAt, started_at = @StartedAt, finished_at = @FinishedAt
            WHERE id = @Id
            """,
            DeploymentRow.From(deployment));
}
