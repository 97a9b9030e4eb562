using Gantry.Domain.Hosts;
using Gantry.Store.Records;
using Gantry.Store.Sql.Rows;

namespace Gantry.Store.Sql;

internal sealed class SqlRepackingStore(SqlDatabase database) : IRepackingStore
{
    public async Task<Repacking?> FindAsync(CancellationToken token) =>
        (await database.FindAsync<RepackingRow>("SELECT * FROM repackings", null, token))?.ToRepacking();

    public async Task<Repacking?> FindUnendedAsync(CancellationToken token) =>
        (await database.FindAsync<RepackingRow>("SELECT * FROM repackings WHERE ended_at IS NULL", null, token))?.ToRepacking();

    public Task<Repacking?> BeginAsync(Repacking repacking, CancellationToken token) => database.WriteAsync(
        async s => await s.FindAsync<RepackingRow>(
            """
            INSERT INTO repackings (name, number, state, began_at, ended_at, plan) VALUES ('cluster', 1, @State, @BeganAt, @EndedAt, @Plan)
            ON CONFLICT (name) DO UPDATE SET number = repackings.number + 1, state = excluded.state, began_at = excluded.began_at,
                ended_at = excluded.ended_at, plan = excluded.plan WHERE repackings.ended_at IS NOT NULL
            RETURNING *
            """,
            RepackingRow.From(repacking)) is { } row ? row.ToRepacking() : null,
        token);

    public Task<Repacking?> UpdateAsync(long number, Func<Repacking, Repacking> change, CancellationToken token) => database.WriteAsync(
        async s =>
        {
            if (await s.FindAsync<RepackingRow>($"SELECT * FROM repackings WHERE number = @number {database.ForUpdate}", new { number }) is not { } row)
                return null;
            var known = row.ToRepacking();
            var changed = change(known) with { Number = number, BeganAt = known.BeganAt };
            await s.ExecuteAsync("UPDATE repackings SET state = @State, ended_at = @EndedAt, plan = @Plan WHERE number = @Number", RepackingRow.From(changed));
            return changed;
        },
        token);
}
