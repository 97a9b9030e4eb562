using Gantry.Coordination;
using Gantry.Store.Records;

namespace Gantry.Store.Sql;

internal sealed class SqlTermStore(SqlDatabase database) : ITermStore
{
    public Task<LeaderTerm> BeginAsync(string holder, long atLeast, DateTimeOffset now, CancellationToken token) => database.WriteAsync(
        async s => new LeaderTerm(
            await s.ScalarAsync<long>(
                """
                INSERT INTO leader_terms (name, number, holder, began_at) VALUES ('control', @atLeast, @holder, @began)
                ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, began_at = excluded.began_at,
                    number = CASE WHEN leader_terms.number < excluded.number THEN excluded.number ELSE leader_terms.number + 1 END
                RETURNING number
                """,
                new { atLeast, holder, began = now.ToSql() }),
            holder, now),
        token);

    public async Task<LeaderTerm?> FindAsync(CancellationToken token) =>
        await database.FindAsync<TermRow>("SELECT number, holder, began_at FROM leader_terms WHERE name = 'control'", null, token) is { } row
            ? new LeaderTerm(row.Number, row.Holder, row.BeganAt.ToTime())
            : null;

    /// <summary>
    /// Inside a write: the term it belongs to is the newest, and stays so until the write is committed. The lock is what makes
    /// a new term wait for writes of the one before; without it one could be committed after the new leader has read.
    /// </summary>
    /// <exception cref="TermOverException">There is a newer one.</exception>
    public static async Task DemandAsync(SqlSession session, string forShare, Term term)
    {
        term.Demand();
        if (await session.ScalarAsync<long?>($"SELECT number FROM leader_terms WHERE name = 'control' {forShare}") == term.Number)
            return;
        term.End();
        throw new TermOverException(term.Number);
    }

    private sealed class TermRow
    {
        public long Number { get; set; }
        public string Holder { get; set; } = "";
        public long BeganAt { get; set; }
    }
}
