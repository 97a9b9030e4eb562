using Gantry.Domain;
using Gantry.Domain.Apps;
using Gantry.Store.Sql.Rows;

namespace Gantry.Store.Sql;

/// <summary>Formation and variables.</summary>
internal sealed partial class SqlAppStore
{
    public Task<IReadOnlyList<ProcessFormation>> GetFormationAsync(AppId id, CancellationToken token) => _formations.AskAsync(id, token);

    public async Task<ILookup<AppId, ProcessFormation>> ListFormationsAsync(CancellationToken token) =>
        (await _database.ListAsync<FormationRow>("SELECT * FROM formations ORDER BY app_id, position", null, token)).ToLookup(r => new AppId(r.AppId), r => r.ToFormation());

    public Task SetFormationAsync(AppId id, IReadOnlyList<ProcessFormation> formation, CancellationToken token) =>
        _database.WriteAsync(s => ReplaceFormationAsync(s, id, formation), token);

    public Task<IReadOnlyList<ProcessFormation>> ChangeFormationAsync(
        AppId id, Func<IReadOnlyList<ProcessFormation>, IReadOnlyList<ProcessFormation>> change, CancellationToken token) =>
        _database.WriteAsync(
            async s =>
            {
                // Two changes take turns, also on engines whose writes run side by side.
                await FindAsync(s, id, _database.ForUpdate);
                var rows = await s.ListAsync<FormationRow>("SELECT * FROM formations WHERE app_id = @id ORDER BY position", new { id = id.Value });
                var changed = change([.. rows.Select(r => r.ToFormation())]);
                await ReplaceFormationAsync(s, id, changed);
                return changed;
            },
            token);

    public async Task<IReadOnlyList<Variable>> GetVariablesAsync(AppId id, CancellationToken token) =>
        [.. (await _variables.AskAsync(id, token)).Select(Open)];

    public Task<IReadOnlyList<string>> ListVariableNamesAsync(AppId id, CancellationToken token) =>
        _database.ListAsync<string>("SELECT name FROM variables WHERE app_id = @id ORDER BY name", new { id = id.Value }, token);

    public Task<IReadOnlyList<Variable>> SetVariablesAsync(AppId id, IReadOnlyList<Variable> variables, CancellationToken token) =>
        _database.WriteAsync<IReadOnlyList<Variable>>(
            async s =>
            {
                var stored = new List<Variable>(variables.Count);
                foreach (var variable in variables.GroupBy(v => v.Name, StringComparer.Ordinal).Select(same => same.Last()))
                    stored.Add(variable with { Id = await PutVariableAsync(s, id, variable) });
                return stored;
            },
            token);

    public Task<IReadOnlyList<Variable>> DeleteVariablesAsync(AppId id, IReadOnlyList<VariableId> ids, CancellationToken token) =>
        _database.WriteAsync<IReadOnlyList<Variable>>(
            async s =>
            {
                var deleted = new List<Variable>(ids.Count);
                foreach (var variable in ids.Distinct())
                {
                    var row = await s.FindAsync<VariableRow>(
                        "DELETE FROM variables WHERE id = @variable AND app_id = @app RETURNING *", new { variable = variable.Value, app = id.Value });
                    if (row is not null)
                        deleted.Add(Open(row));
                }

                return deleted;
            },
            token);

    private async Task<IReadOnlyList<IReadOnlyList<ProcessFormation>>> GetFormationsAsync(IReadOnlyList<AppId> apps, CancellationToken token)
    {
        var found = (await _database.ListAsync<FormationRow>(
            $"SELECT * FROM formations WHERE app_id {_database.In("@apps")} ORDER BY position", new { apps = apps.Select(i => i.Value).Distinct().ToArray() }, token))
            .ToLookup(r => r.AppId);
        return [.. apps.Select(a => found[a.Value].Select(r => r.ToFormation()).ToList())];
    }

    /// <remarks>Opened by who asked: a damaged value is his failure alone.</remarks>
    private async Task<IReadOnlyList<IReadOnlyList<VariableRow>>> ListVariablesAsync(IReadOnlyList<AppId> apps, CancellationToken token)
    {
        var found = (await _database.ListAsync<VariableRow>(
            $"SELECT * FROM variables WHERE app_id {_database.In("@apps")} ORDER BY name", new { apps = apps.Select(i => i.Value).Distinct().ToArray() }, token))
            .ToLookup(r => r.AppId);
        return [.. apps.Select(a => found[a.Value].ToList())];
    }

    private static async Task<int> ReplaceFormationAsync(SqlSession session, AppId app, IReadOnlyList<ProcessFormation> formation)
    {
        await session.ExecuteAsync("DELETE FROM formations WHERE app_id = @app", new { app = app.Value });
        for (var i = 0; i < formation.Count; i++)
            await session.ExecuteAsync(
                """
                INSERT INTO formations (app_id, type, amount, size, command, position)
                VALUES (@AppId, @Type, @Amount, @Size, @Command, @Position)
                """,
                FormationRow.From(app, formation[i], i));
        return formation.Count;
    }

    private async Task<VariableId> PutVariableAsync(SqlSession session, AppId app, Variable variable)
    {
        var box = _sealer.Seal(app.Value, variable.Name, variable.Value);
        var id = await session.ScalarAsync<string>(
            """
            INSERT INTO variables (id, app_id, name, sealed) VALUES (@Id, @AppId, @Name, @Sealed)
            ON CONFLICT (app_id, name) DO UPDATE SET sealed = excluded.sealed RETURNING id
            """,
            new VariableRow { Id = variable.Id.Value, AppId = app.Value, Name = variable.Name, Sealed = box });
        return new VariableId(id!);
    }

    private Variable Open(VariableRow row) => new(new VariableId(row.Id), row.Name, _sealer.Open(row.AppId, row.Name, row.Sealed));
}
