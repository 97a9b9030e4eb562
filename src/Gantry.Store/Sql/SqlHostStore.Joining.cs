using Gantry.Domain;
using Gantry.Domain.Hosts;
using Gantry.Store.Sql.Rows;

namespace Gantry.Store.Sql;

/// <summary>How hosts come and go.</summary>
internal sealed partial class SqlHostStore
{
    private static readonly TimeSpan _kept = TimeSpan.FromDays(7);

    public Task<Outcome<Host>> RemoveAsync(HostId id, DateTimeOffset now, bool force, CancellationToken token) => database.WriteAsync<Outcome<Host>>(
        async s =>
        {
            var key = new { id = id.Value, now = now.ToSql() };
            if (await s.FindAsync<HostRow>($"SELECT * FROM hosts WHERE id = @id AND removed_at IS NULL {database.ForUpdate}", key) is not { } row)
                return Refusal.NotFound("host", $"There is no host \"{id}\". See gantry hosts.");
            var there = await s.ScalarAsync<long>("SELECT count(*) FROM containers WHERE host = @id AND placed_at IS NOT NULL AND state <> 'Stopped'", key);
            if (there > 0 && !force)
                return Refusal.Conflict(
                    $"{there} {(there == 1 ? "container has its place" : "containers have their place")} on {id}. Move everything away first: gantry hosts drain {id}. If the machine is gone for good: gantry hosts remove {id} --force");
            await s.ExecuteAsync("UPDATE hosts SET removed_at = @now WHERE id = @id", key);
            return row.ToHost() with { RemovedAt = now };
        },
        token);

    public Task AddTokenAsync(JoinToken joinToken, CancellationToken token) => database.WriteAsync(
        async s =>
        {
            await s.ExecuteAsync("DELETE FROM join_tokens WHERE expires_at < @before", new { before = (joinToken.CreatedAt - _kept).ToSql() });
            return await s.ExecuteAsync(
                """
                INSERT INTO join_tokens (id, secret_hash, created_at, expires_at, used_by, used_key, used_at)
                VALUES (@Id, @SecretHash, @CreatedAt, @ExpiresAt, @UsedBy, @UsedKey, @UsedAt)
                """,
                JoinTokenRow.From(joinToken));
        },
        token);

    public Task<Outcome<Host>> JoinAsync(JoinAttempt attempt, Func<IReadOnlyList<Host>, Outcome<Host>> admit, CancellationToken token) =>
        database.WriteAsync(s => JoinAsync(s, attempt, admit), token);

    private async Task<Outcome<Host>> JoinAsync(SqlSession s, JoinAttempt attempt, Func<IReadOnlyList<Host>, Outcome<Host>> admit)
    {
        var row = await s.FindAsync<JoinTokenRow>($"SELECT * FROM join_tokens WHERE id = @TokenId {database.ForUpdate}", new { attempt.TokenId });
        if (row?.ToToken() is not { } shown)
            return JoinToken.Unknown;
        if (shown.Check(attempt) is { } refusal)
            return refusal;
        List<Host> all = [.. (await s.ListAsync<HostRow>("SELECT * FROM hosts ORDER BY id")).Select(r => r.ToHost())];
        if (shown.UsedBy is { } admitted)
            return all.Find(h => h.Id == admitted && h.RemovedAt is null) is { } known ? known : Refusal.Conflict(
                $"This machine joined as {admitted} and was removed from the cluster. Make a new token to let it in again: gantry hosts token");
        var outcome = admit(all);
        if (outcome.IsSuccess)
            await RecordAsync(s, shown, outcome.Value, attempt);
        return outcome;
    }

    private static async Task RecordAsync(SqlSession s, JoinToken shown, Host host, JoinAttempt attempt)
    {
        await s.ExecuteAsync(Insert, HostRow.From(host));
        await s.ExecuteAsync(
            "UPDATE join_tokens SET used_by = @UsedBy, used_key = @UsedKey, used_at = @UsedAt WHERE id = @Id",
            JoinTokenRow.From(shown with { UsedBy = host.Id, UsedKey = attempt.KeyDigest, UsedAt = attempt.Now }));
    }
}
