using Gantry.Domain;
using Gantry.Domain.Accounts;

namespace Gantry.Store.Sql.Rows;

internal sealed record UserRow
{
    public string Id { get; init; } = "";
    public string Username { get; init; } = "";
    public string Email { get; init; } = "";
    public bool IsOperator { get; init; }
    public string? PasswordHash { get; init; }
    public long CreatedAt { get; init; }

    public static UserRow From(User user, string? passwordHash) => new()
    {
        Id = user.Id.Value, Username = user.Username, Email = user.Email, IsOperator = user.IsOperator,
        PasswordHash = passwordHash, CreatedAt = user.CreatedAt.ToSql(),
    };

    public User ToUser() => new(new UserId(Id), Username, Email, IsOperator, CreatedAt.ToTime());
}

internal sealed record ApiTokenRow
{
    public string Id { get; init; } = "";
    public string UserId { get; init; } = "";
    public string Name { get; init; } = "";
    public string SecretHash { get; init; } = "";
    public long CreatedAt { get; init; }
    public long? LastUsedAt { get; init; }
    public long? ExpiresAt { get; init; }

    public static ApiTokenRow From(ApiToken apiToken) => new()
    {
        Id = apiToken.Id.Value, UserId = apiToken.UserId.Value, Name = apiToken.Name, SecretHash = apiToken.SecretHash,
        CreatedAt = apiToken.CreatedAt.ToSql(), LastUsedAt = apiToken.LastUsedAt.ToSql(), ExpiresAt = apiToken.ExpiresAt.ToSql(),
    };

    public ApiToken ToApiToken() =>
        new(new TokenId(Id), new UserId(UserId), Name, SecretHash, CreatedAt.ToTime(), LastUsedAt.ToTime(), ExpiresAt.ToTime());
}

internal sealed record SshKeyRow
{
    public string Id { get; init; } = "";
    public string UserId { get; init; } = "";
    public string Name { get; init; } = "";
    public string Content { get; init; } = "";
    public string Fingerprint { get; init; } = "";
    public long CreatedAt { get; init; }

    public static SshKeyRow From(SshKey key) => new()
    {
        Id = key.Id.Value, UserId = key.UserId.Value, Name = key.Name, Content = key.Content,
        Fingerprint = key.Fingerprint, CreatedAt = key.CreatedAt.ToSql(),
    };

    public SshKey ToSshKey() => new(new KeyId(Id), new UserId(UserId), Name, Content, Fingerprint, CreatedAt.ToTime());
}
