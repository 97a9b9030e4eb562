using Gantry.Domain;
using Gantry.Domain.Apps;
using Gantry.Store.Sql.Rows;

namespace Gantry.Store.Sql;

/// <summary>Formation and variables.</summary>
internal sealed partial class SqlAppStore
{
    public async Task<IReadOnlyList<ProcessFormation>> GetFormationAsync(AppId id, CancellationToken token) =>
        [.. (await database.ListAsync<FormationRow>(
            "SELECT * FROM formations WHERE app_id = @id ORDER BY position", new { id = id.Value }, token)).Select(r => r.ToFormation())];

    public Task SetFormationAsync(AppId id, IReadOnlyList<ProcessFormation> formation, CancellationToken token) =>
        database.WriteAsync(s => ReplaceFormationAsync(s, id, formation), token);

    public Task<IReadOnlyList<ProcessFormation>> ChangeFormationAsync(
        AppId id, Func<IReadOnlyList<ProcessFormation>, IReadOnlyList<ProcessFormation>> change, CancellationToken token) =>
        database.WriteAsync(
            async s =>
            {
                // Two changes take turns, also on engines whose writes run side by side.
                await FindAsync(s, id, database.ForUpdate);
                var rows = await s.ListAsync<FormationRow>("SELECT * FROM formations WHERE app_id = @id ORDER BY position", new { id = id.Value });
                var changed = change([.. rows.Select(r => r.ToFormation())]);
                await ReplaceFormationAsync(s, id, changed);
                return changed;
            },
            token);

    public async Task<IReadOnlyList<Variable>> GetVariablesAsync(AppId id, CancellationToken token) =>
        [.. (await database.ListAsync<VariableRow>(
            "SELECT * FROM variables WHERE app_id = @id ORDER BY name", new { id = id.Value }, token)).Select(Open)];

    public Task<IReadOnlyList<string>> ListVariableNamesAsync(AppId id, CancellationToken token) =>
        database.ListAsync<string>("SELECT name FROM variables WHERE app_id = @id ORDER BY name", new { id = id.Value }, token);

    public Task<IReadOnlyList<Variable>> SetVariablesAsync(AppId id, IReadOnlyList<Variable> variables, CancellationToken token) =>
        database.WriteAsync<IReadOnlyList<Variable>>(
            async s =>
            {
                var stored = new List<Variable>(variables.Count);
                foreach (var variable in variables.GroupBy(v => v.Name, StringComparer.Ordinal).Select(same => same.Last()))
                    stored.Add(variable with { Id = await PutVariableAsync(s, id, variable) });
                return stored;
            },
            token);

    public Task<IReadOnlyList<Variable>> DeleteVariablesAsync(AppId id, IReadOnlyList<VariableId> ids, CancellationToken token) =>
        database.WriteAsync<IReadOnlyList<Variable>>(
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
        var box = sealer.Seal(app.Value, variable.Name, variable.Value);
        var id = await session.ScalarAsync<string>(
            """
            INSERT INTO variables (id, app_id, name, sealed) VALUES (@Id, @AppId, @Name, @Sealed)
            ON CONFLICT (app_id, name) DO UPDATE SET sealed = excluded.sealed RETURNING id
            """,
            new VariableRow { Id = variable.Id.Value, AppId = app.Value, Name = variable.Name, Sealed = box });
        return new VariableId(id!);
    }

    private Variable Open(VariableRow row) => new(new VariableId(row.Id), row.Name, sealer.Open(row.AppId, row.Name, row.Sealed));
}
