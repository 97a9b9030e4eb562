using Gantry.Domain;
using Gantry.Domain.Accounts;

namespace Gantry.Store.Records;

/// <summary>Users, API tokens and SSH keys.</summary>
public interface IAccountStore
{
    /// <summary>Refused when the username or e-mail is taken (field <c>username</c> or <c>email</c>).</summary>
    Task<Outcome<User>> AddUserAsync(User user, string? passwordHash, CancellationToken token);

    Task<User?> FindUserAsync(UserId id, CancellationToken token);

    /// <summary>By username or e-mail.</summary>
    Task<User?> FindUserByLoginAsync(string login, CancellationToken token);

    /// <summary>The stored password hash, or null when the user has none.</summary>
    Task<string?> FindPasswordHashAsync(UserId id, CancellationToken token);

    Task SetPasswordHashAsync(UserId id, string passwordHash, CancellationToken token);

    Task<IReadOnlyList<User>> ListUsersAsync(CancellationToken token);

    Task AddTokenAsync(ApiToken apiToken, CancellationToken token);

    Task<ApiToken?> FindTokenByHashAsync(string secretHash, CancellationToken token);

    Task<IReadOnlyList<ApiToken>> ListTokensAsync(UserId user, CancellationToken token);

    Task TouchTokenAsync(TokenId id, DateTimeOffset lastUsedAt, CancellationToken token);

    /// <returns>False when the user has no such token.</returns>
    Task<bool> DeleteTokenAsync(UserId user, TokenId id, CancellationToken token);

    /// <summary>Refused when the fingerprint is registered already, whoever owns it.</summary>
    Task<Outcome<SshKey>> AddKeyAsync(SshKey key, CancellationToken token);

    Task<IReadOnlyList<SshKey>> ListKeysAsync(UserId user, CancellationToken token);

    Task<SshKey?> FindKeyByFingerprintAsync(string fingerprint, CancellationToken token);

    Task<bool> DeleteKeyAsync(UserId user, KeyId id, CancellationToken token);
}
