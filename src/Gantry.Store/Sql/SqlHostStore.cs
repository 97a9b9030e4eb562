using Gantry.Domain;
using Gantry.Domain.Hosts;
using Gantry.Store.Records;
using Gantry.Store.Sql.Rows;

namespace Gantry.Store.Sql;

internal sealed class SqlHostStore(SqlDatabase database) : IHostStore
{
    public Task RegisterAsync(Host host, CancellationToken token) => database.ExecuteAsync(
        """
        INSERT INTO hosts (id, name, class, zone, labels, cordoned, capacity, registered_at)
        VALUES (@Id, @Name, @Class, @Zone, @Labels, @Cordoned, @Capacity, @RegisteredAt)
        ON CONFLICT (id) DO UPDATE SET name = excluded.name, capacity = excluded.capacity
        """,
        HostRow.From(host), token);

    public async Task<IReadOnlyList<Host>> ListAsync(CancellationToken token) =>
        [.. (await database.ListAsync<HostRow>("SELECT * FROM hosts ORDER BY id", null, token)).Select(r => r.ToHost())];

    public async Task<Host?> FindAsync(HostId id, CancellationToken token) =>
        (await database.FindAsync<HostRow>("SELECT * FROM hosts WHERE id = @id", new { id = id.Value }, token))?.ToHost();

    public Task<Host?> UpdateAsync(HostId id, Func<Host, Host> change, CancellationToken token) => database.WriteAsync(
        async s =>
        {
            if (await s.FindAsync<HostRow>($"SELECT * FROM hosts WHERE id = @id {database.ForUpdate}", new { id = id.Value }) is not { } row)
                return null;
            var changed = change(row.ToHost()) with { Id = id };
            await s.ExecuteAsync(
                "UPDATE hosts SET name = @Name, class = @Class, zone = @Zone, labels = @Labels, cordoned = @Cordoned, capacity = @Capacity WHERE id = @Id",
                HostRow.From(changed));
            return changed;
        },
        token);
}
