using Gantry.Domain;
using Gantry.Domain.Apps;
using Gantry.Domain.Operations;
using Gantry.Store.Sql.Rows;

namespace Gantry.Store.Sql;

internal sealed partial class SqlAppStore
{
    public Task<Outcome<Operation>> BeginOperationAsync(
        Operation operation, IReadOnlyList<ProcessFormation>? formation, CancellationToken token) =>
        _database.WriteAsync<Outcome<Operation>>(
            async s =>
            {
                // Locking the app makes two beginnings take turns on engines whose writes run side by side.
                if (await FindAsync(s, operation.AppId, _database.ForUpdate) is not { DeletedAt: null })
                    return _noApp;
                if (operation.Type != OperationType.StartOneOff && await FindExclusiveAsync(s, operation.AppId) is { } other)
                    return Refusal.Conflict(
                        $"Another operation ({other.Type.ToLowerInvariant()}) of this app is still {other.Status.ToLowerInvariant()}. Wait until it has ended and try again.");
                await AddOperationAsync(s, operation);
                if (formation is not null)
                    await ReplaceFormationAsync(s, operation.AppId, formation);
                return operation;
            },
            token);

    public async Task<Operation?> FindOperationAsync(AppId app, OperationId id, CancellationToken token) =>
        (await _database.FindAsync<OperationRow>(
            "SELECT * FROM operations WHERE id = @id AND app_id = @app", new { id = id.Value, app = app.Value }, token))?.ToOperation();

    public Task<IReadOnlyList<Operation>> ListUnfinishedOperationsAsync(CancellationToken token) => _unfinished.AskAsync(true, token);

    public Task SetOperationStatusAsync(
        OperationId id, OperationStatus status, string? error, DateTimeOffset now, CancellationToken token) =>
        _database.ExecuteAsync(
            "UPDATE operations SET status = @status, error = @error, finished_at = @finishedAt WHERE id = @id AND finished_at IS NULL",
            new
            {
                id = id.Value, status = status.ToString(), error,
                finishedAt = status is OperationStatus.Done or OperationStatus.Error ? now.ToSql() : (long?)null,
            },
            token);

    public Task PruneOperationsAsync(DateTimeOffset before, CancellationToken token) =>
        _database.DeleteInBatchesAsync("operations", "WHERE finished_at < @before", new { before = before.ToSql(), skip = 0 }, token);

    private static Task<OperationRow?> FindExclusiveAsync(SqlSession session, AppId app) =>
        session.FindAsync<OperationRow>(
            "SELECT * FROM operations WHERE app_id = @app AND finished_at IS NULL AND type <> @oneOff ORDER BY seq LIMIT 1",
            new { app = app.Value, oneOff = nameof(OperationType.StartOneOff) });

    private static Task<int> AddOperationAsync(SqlSession session, Operation operation) =>
        session.ExecuteAsync(
            """
            INSERT INTO operations (id, app_id, type, status, error, scope, container_id, created_at, finished_at)
            VALUES (@Id, @AppId, @Type, @Status, @Error, @Scope, @ContainerId, @CreatedAt, @FinishedAt)
            """,
            OperationRow.From(operation));

    private async Task<IReadOnlyList<IReadOnlyList<Operation>>> ListUnfinishedAsync(IReadOnlyList<bool> asked, CancellationToken token)
    {
        var all = (await _database.ListAsync<OperationRow>("SELECT * FROM operations WHERE finished_at IS NULL ORDER BY seq", null, token)).Select(r => r.ToOperation()).ToList();
        return [.. asked.Select(_ => all)];
    }
}
