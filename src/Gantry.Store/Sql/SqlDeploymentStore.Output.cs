using System.Text;
using Gantry.Domain;
using Gantry.Store.Sql.Rows;

namespace Gantry.Store.Sql;

/// <summary>Output is kept in pieces: an append writes only what is new, and a read from an offset only what follows it.</summary>
internal sealed partial class SqlDeploymentStore
{
    public Task<long> AppendOutputAsync(DeploymentId id, string text, CancellationToken token) =>
        database.WriteAsync(
            async s =>
            {
                if (await s.FindAsync<string>($"SELECT id FROM deployments WHERE id = @id {database.ForUpdate}", new { id = id.Value }) is null)
                    throw new InvalidOperationException($"There is no deployment {id.Value}: its app was deleted meanwhile.");
                var start = await LengthAsync(s, id);
                if (text.Length > 0)
                    await s.ExecuteAsync(
                        "INSERT INTO deployment_outputs (deployment_id, start, length, text) VALUES (@id, @start, @length, @utf8)",
                        new { id = id.Value, start, length = text.Length, utf8 = Encoding.UTF8.GetBytes(text) });
                return start;
            },
            token);

    public Task<string?> ReadOutputAsync(DeploymentId id, long offset, CancellationToken token) =>
        database.ReadAsync(
            async s =>
            {
                if (await s.FindAsync<string>("SELECT id FROM deployments WHERE id = @id", new { id = id.Value }) is null)
                    return null;
                var rows = await s.ListAsync<OutputRow>(
                    """
                    SELECT start, length, text FROM deployment_outputs WHERE deployment_id = @id AND start >=
                        coalesce((SELECT max(start) FROM deployment_outputs WHERE deployment_id = @id AND start <= @offset), 0)
                    ORDER BY start
                    """,
                    new { id = id.Value, offset });
                return Join(rows, Math.Max(offset, 0));
            },
            token);

    /// <remarks>The notice becomes the first and only piece: an output of one piece is small, or was replaced before.</remarks>
    public async Task PruneOutputsAsync(int keptPerApp, string notice, CancellationToken token)
    {
        var old = await database.ListAsync<string>(
            $"""
            SELECT id FROM (
                SELECT id, status, row_number() OVER (PARTITION BY app_id ORDER BY created_at DESC, seq DESC) AS place FROM deployments
            ) AS ranked
            WHERE place > @keptPerApp AND NOT status {database.In("@unfinished")}
                AND EXISTS (SELECT 1 FROM deployment_outputs WHERE deployment_id = ranked.id AND start > 0)
            """,
            new { keptPerApp, unfinished = _unfinished }, token);
        foreach (var id in old)
            await database.WriteAsync(s => ReplaceOutputAsync(s, id, notice), token);
    }

    private static async Task<int> ReplaceOutputAsync(SqlSession session, string id, string text)
    {
        await session.ExecuteAsync("DELETE FROM deployment_outputs WHERE deployment_id = @id AND start > 0", new { id });
        return await session.ExecuteAsync(
            "UPDATE deployment_outputs SET length = @length, text = @utf8 WHERE deployment_id = @id",
            new { id, length = text.Length, utf8 = Encoding.UTF8.GetBytes(text) });
    }

    private static string Join(IReadOnlyList<OutputRow> rows, long offset)
    {
        if (rows.Count == 0)
            return "";
        var text = new StringBuilder();
        foreach (var row in rows)
            text.Append(Encoding.UTF8.GetString(row.Text));
        var skip = offset - rows[0].Start;
        return skip >= text.Length ? "" : text.ToString((int)skip, text.Length - (int)skip);
    }

    private static async Task<long> LengthAsync(SqlSession session, DeploymentId id) =>
        await session.ScalarAsync<long?>(
            "SELECT start + length FROM deployment_outputs WHERE deployment_id = @id ORDER BY start DESC LIMIT 1", new { id = id.Value }) ?? 0;
}
