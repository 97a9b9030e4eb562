using Gantry.Domain;
using Gantry.Domain.Apps;
using Gantry.Domain.Operations;
using Gantry.Store.Records;
using Gantry.Store.Secrets;
using Gantry.Store.Sql.Rows;

namespace Gantry.Store.Sql;

internal sealed partial class SqlAppStore : IAppStore
{
    private readonly SqlDatabase _database;
    private readonly Sealer _sealer;
    private readonly Gathering<AppId, App?> _found;
    private readonly Gathering<AppId, IReadOnlyList<VariableRow>> _variables;
    private readonly Gathering<AppId, IReadOnlyList<ProcessFormation>> _formations;
    private readonly Gathering<bool, IReadOnlyList<Operation>> _unfinished;

    public SqlAppStore(SqlDatabase database, Sealer sealer)
    {
        (_database, _sealer) = (database, sealer);
        _found = new(FindAllAsync);
        _variables = new(ListVariablesAsync);
        _formations = new(GetFormationsAsync);
        _unfinished = new(ListUnfinishedAsync);
    }

    private static readonly Refusal _nameTaken = Refusal.Invalid("name", "has already been taken");

    public Task<Outcome<App>> AddAsync(App app, CancellationToken token) =>
        _database.WriteAsync<Outcome<App>>(
            async s => await s.ExecuteAsync(
                """
                INSERT INTO apps (id, name, owner_id, stack_id, status, force_https, sticky_session, router_logs, bits_per_second, created_at, updated_at,
                    current_deployment_id, current_image_id, last_deployed_at, last_deployed_by, deleted_at)
                VALUES (@Id, @Name, @OwnerId, @StackId, @Status, @ForceHttps, @StickySession, @RouterLogs, @BitsPerSecond, @CreatedAt, @UpdatedAt,
                    @CurrentDeploymentId, @CurrentImageId, @LastDeployedAt, @LastDeployedBy, @DeletedAt)
                ON CONFLICT (name) DO NOTHING
                """,
                AppRow.From(app)) == 1
                ? app
                : _nameTaken,
            token);

    /// <remarks>An id wins over a name, so that nobody can hide an app by naming theirs like its id.</remarks>
    public async Task<App?> FindAsync(string idOrName, CancellationToken token) =>
        (await _database.FindAsync<AppRow>(
            """
            SELECT * FROM apps WHERE (id = @idOrName OR name = @idOrName) AND deleted_at IS NULL
            ORDER BY CASE WHEN id = @idOrName THEN 0 ELSE 1 END LIMIT 1
            """,
            new { idOrName }, token))?.ToApp();

    public Task<App?> FindByIdAsync(AppId id, CancellationToken token) => _found.AskAsync(id, token);

    public async Task<IReadOnlyList<App>> ListByOwnerAsync(UserId owner, CancellationToken token) =>
        [.. (await _database.ListAsync<AppRow>(
            "SELECT * FROM apps WHERE owner_id = @owner AND deleted_at IS NULL ORDER BY name", new { owner = owner.Value }, token)).Select(r => r.ToApp())];

    public async Task<IReadOnlyList<App>> ListAllAsync(CancellationToken token) =>
        [.. (await _database.ListAsync<AppRow>("SELECT * FROM apps ORDER BY name", null, token)).Select(r => r.ToApp())];

    public Task<App?> UpdateAsync(AppId id, Func<App, App> change, CancellationToken token) =>
        _database.WriteAsync(
            async s =>
            {
                if (await FindAsync(s, id, _database.ForUpdate) is not { } stored)
                    return null;
                // Names change by RenameAsync alone, which answers for their uniqueness.
                var changed = change(stored) with { Id = id, Name = stored.Name };
                await s.ExecuteAsync(
                    """
                    UPDATE apps SET owner_id = @OwnerId, stack_id = @StackId, status = @Status, force_https = @ForceHttps,
                        sticky_session = @StickySession, router_logs = @RouterLogs, bits_per_second = @BitsPerSecond, created_at = @CreatedAt, updated_at = @UpdatedAt,
                        current_deployment_id = @CurrentDeploymentId, current_image_id = @CurrentImageId,
                        last_deployed_at = @LastDeployedAt, last_deployed_by = @LastDeployedBy, deleted_at = @DeletedAt
                    WHERE id = @Id
                    """,
                    AppRow.From(changed));
                return changed;
            },
            token);

    public Task<Outcome<App>> RenameAsync(AppId id, AppName name, DateTimeOffset now, CancellationToken token) =>
        _database.WriteAsync<Outcome<App>>(
            async s =>
            {
                if (await s.ScalarAsync<long>("SELECT count(*) FROM apps WHERE name = @name AND id <> @id", new { id = id.Value, name = name.Value }) > 0)
                    return _nameTaken;
                await s.ExecuteAsync(
                    "UPDATE apps SET name = @name, updated_at = @now WHERE id = @id AND deleted_at IS NULL",
                    new { id = id.Value, name = name.Value, now = now.ToSql() });
                return await FindAsync(s, id) is { DeletedAt: null } app ? app : _noApp;
            },
            token);

    public Task RemoveAsync(AppId id, CancellationToken token) =>
        _database.ExecuteAsync("DELETE FROM apps WHERE id = @id", new { id = id.Value }, token);

    private static readonly Refusal _noApp = Refusal.NotFound("app", "There is no such app: it was deleted meanwhile.");

    private async Task<IReadOnlyList<App?>> FindAllAsync(IReadOnlyList<AppId> ids, CancellationToken token)
    {
        var found = (await _database.ListAsync<AppRow>(
            $"SELECT * FROM apps WHERE id {_database.In("@ids")}", new { ids = ids.Select(i => i.Value).Distinct().ToArray() }, token)).ToDictionary(r => r.Id);
        return [.. ids.Select(i => found.GetValueOrDefault(i.Value)?.ToApp())];
    }

    private static async Task<App?> FindAsync(SqlSession session, AppId id, string locking = "") =>
        (await session.FindAsync<AppRow>($"SELECT * FROM apps WHERE id = @id {locking}", new { id = id.Value }))?.ToApp();
}
