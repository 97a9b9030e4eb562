using Gantry.Domain;
using Gantry.Domain.Hosts;
using Gantry.Store.Records;
using Gantry.Store.Sql.Rows;

namespace Gantry.Store.Sql;

internal sealed partial class SqlHostStore(SqlDatabase database) : IHostStore
{
    private const string Insert =
        """
        INSERT INTO hosts (id, name, class, zone, labels, cordoned, capacity, registered_at, address, subnet, removed_at, draining_since, drain_at_once, drain_containers)
        VALUES (@Id, @Name, @Class, @Zone, @Labels, @Cordoned, @Capacity, @RegisteredAt, @Address, @Subnet, @RemovedAt, @DrainingSince, @DrainAtOnce, @DrainContainers)
        """;

    public Task RegisterAsync(Host host, CancellationToken token) => database.ExecuteAsync(
        $"""
        {Insert}
        ON CONFLICT (id) DO UPDATE SET name = excluded.name, capacity = excluded.capacity, subnet = COALESCE(excluded.subnet, hosts.subnet),
            removed_at = CASE WHEN hosts.address IS NULL THEN NULL ELSE hosts.removed_at END
        """,
        HostRow.From(host), token);

    public async Task<IReadOnlyList<Host>> ListAsync(CancellationToken token) =>
        [.. (await database.ListAsync<HostRow>("SELECT * FROM hosts WHERE removed_at IS NULL ORDER BY id", null, token)).Select(r => r.ToHost())];

    public async Task<Host?> FindAsync(HostId id, CancellationToken token) =>
        (await database.FindAsync<HostRow>("SELECT * FROM hosts WHERE id = @id", new { id = id.Value }, token))?.ToHost();

    public Task<Host?> UpdateAsync(HostId id, Func<Host, Host> change, CancellationToken token) => database.WriteAsync(
        async s =>
        {
            if (await s.FindAsync<HostRow>($"SELECT * FROM hosts WHERE id = @id AND removed_at IS NULL {database.ForUpdate}", new { id = id.Value }) is not { } row)
                return null;
            var changed = change(row.ToHost()) with { Id = id };
            await s.ExecuteAsync(
                """
                UPDATE hosts SET name = @Name, class = @Class, zone = @Zone, labels = @Labels, cordoned = @Cordoned, capacity = @Capacity,
                    address = @Address, subnet = @Subnet, draining_since = @DrainingSince, drain_at_once = @DrainAtOnce, drain_containers = @DrainContainers WHERE id = @Id
                """,
                HostRow.From(changed));
            return changed;
        },
        token);
}
