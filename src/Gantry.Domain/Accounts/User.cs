namespace Gantry.Domain.Accounts;

/// <summary>A person who owns apps; operators may also use the admin API.</summary>
public sealed record User(UserId Id, string Username, string Email, bool IsOperator, DateTimeOffset CreatedAt);

/// <summary>An API token as stored: the secret itself is only known by its SHA-256.</summary>
public sealed record ApiToken(
    TokenId Id, UserId UserId, string Name, string SecretHash, DateTimeOffset CreatedAt, DateTimeOffset? LastUsedAt, DateTimeOffset? ExpiresAt);

/// <summary>A public key that may push to its owner's apps.</summary>
/// <param name="Content">One line in OpenSSH format.</param>
/// <param name="Fingerprint"><c>SHA256:…</c> as <c>ssh-keygen -l</c> prints it.</param>
public sealed record SshKey(KeyId Id, UserId UserId, string Name, string Content, string Fingerprint, DateTimeOffset CreatedAt);
