using Gantry.Domain;
using Gantry.Domain.Hosts;

namespace Gantry.Store.Sql.Rows;

internal sealed record JoinTokenRow
{
    public string Id { get; init; } = "";
    public string SecretHash { get; init; } = "";
    public long CreatedAt { get; init; }
    public long ExpiresAt { get; init; }
    public string? UsedBy { get; init; }
    public string? UsedKey { get; init; }
    public long? UsedAt { get; init; }

    public static JoinTokenRow From(JoinToken t) => new()
    {
        Id = t.Id, SecretHash = t.SecretHash, CreatedAt = t.CreatedAt.ToSql(), ExpiresAt = t.ExpiresAt.ToSql(), UsedBy = t.UsedBy?.Value, UsedKey = t.UsedKey,
        UsedAt = t.UsedAt.ToSql(),
    };

    public JoinToken ToToken() => new(Id, SecretHash, CreatedAt.ToTime(), ExpiresAt.ToTime())
    {
        UsedBy = UsedBy is null ? null : new HostId(UsedBy), UsedKey = UsedKey, UsedAt = UsedAt.ToTime(),
    };
}

internal sealed record AuthorityRow
{
    public string Name { get; init; } = "";
    public string Certificate { get; init; } = "";
    public byte[] Sealed { get; init; } = [];
    public long CreatedAt { get; init; }
}
