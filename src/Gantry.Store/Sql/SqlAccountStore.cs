using Gantry.Domain;
using Gantry.Domain.Accounts;
using Gantry.Store.Records;
using Gantry.Store.Sql.Rows;

namespace Gantry.Store.Sql;

internal sealed class SqlAccountStore(SqlDatabase database) : IAccountStore
{
    public Task<Outcome<User>> AddUserAsync(User user, string? passwordHash, CancellationToken token) =>
        database.WriteAsync<Outcome<User>>(
            async s =>
            {
                if (await IsLoginAsync(s, user.Username))
                    return Refusal.Invalid("username", "has already been taken");
                if (await IsLoginAsync(s, user.Email))
                    return Refusal.Invalid("email", "has already been taken");
                await s.ExecuteAsync(
                    """
                    INSERT INTO users (id, username, email, is_operator, password_hash, created_at)
                    VALUES (@Id, @Username, @Email, @IsOperator, @PasswordHash, @CreatedAt)
                    """,
                    UserRow.From(user, passwordHash));
                return user;
            },
            token);

    public async Task<User?> FindUserAsync(UserId id, CancellationToken token) =>
        (await database.FindAsync<UserRow>("SELECT * FROM users WHERE id = @id", new { id = id.Value }, token))?.ToUser();

    public async Task<User?> FindUserByLoginAsync(string login, CancellationToken token) =>
        (await database.FindAsync<UserRow>(
            "SELECT * FROM users WHERE lower(username) = lower(@login) OR lower(email) = lower(@login)", new { login }, token))?.ToUser();

    public async Task<string?> FindPasswordHashAsync(UserId id, CancellationToken token) =>
        (await database.FindAsync<UserRow>("SELECT * FROM users WHERE id = @id", new { id = id.Value }, token))?.PasswordHash;

    public Task SetPasswordHashAsync(UserId id, string passwordHash, CancellationToken token) =>
        database.ExecuteAsync("UPDATE users SET password_hash = @passwordHash WHERE id = @id", new { id = id.Value, passwordHash }, token);

    public async Task<IReadOnlyList<User>> ListUsersAsync(CancellationToken token) =>
        [.. (await database.ListAsync<UserRow>("SELECT * FROM users ORDER BY username", null, token)).Select(r => r.ToUser())];

    public Task AddTokenAsync(ApiToken apiToken, CancellationToken token) =>
        database.ExecuteAsync(
            """
            INSERT INTO api_tokens (id, user_id, name, secret_hash, created_at, last_used_at, expires_at)
            VALUES (@Id, @UserId, @Name, @SecretHash, @CreatedAt, @LastUsedAt, @ExpiresAt)
            """,
            ApiTokenRow.From(apiToken), token);

    public async Task<ApiToken?> FindTokenByHashAsync(string secretHash, CancellationToken token) =>
        (await database.FindAsync<ApiTokenRow>(
            "SELECT * FROM api_tokens WHERE secret_hash = @secretHash", new { secretHash }, token))?.ToApiToken();

    public async Task<IReadOnlyList<ApiToken>> ListTokensAsync(UserId user, CancellationToken token) =>
        [.. (await database.ListAsync<ApiTokenRow>(
            "SELECT * FROM api_tokens WHERE user_id = @user ORDER BY created_at, id", new { user = user.Value }, token)).Select(r => r.ToApiToken())];

    public Task TouchTokenAsync(TokenId id, DateTimeOffset lastUsedAt, CancellationToken token) =>
        database.ExecuteAsync(
            "UPDATE api_tokens SET last_used_at = @at WHERE id = @id", new { id = id.Value, at = lastUsedAt.ToSql() }, token);

    public async Task<bool> DeleteTokenAsync(UserId user, TokenId id, CancellationToken token) =>
        await database.ExecuteAsync(
            "DELETE FROM api_tokens WHERE id = @id AND user_id = @user", new { id = id.Value, user = user.Value }, token) > 0;

    public Task<Outcome<SshKey>> AddKeyAsync(SshKey key, CancellationToken token) =>
        database.WriteAsync<Outcome<SshKey>>(
            async s => await s.ExecuteAsync(
                """
                INSERT INTO ssh_keys (id, user_id, name, content, fingerprint, created_at)
                VALUES (@Id, @UserId, @Name, @Content, @Fingerprint, @CreatedAt) ON CONFLICT (fingerprint) DO NOTHING
                """,
                SshKeyRow.From(key)) == 1
                ? key
                : Refusal.Invalid("content", "has already been taken"),
            token);

    public async Task<IReadOnlyList<SshKey>> ListKeysAsync(UserId user, CancellationToken token) =>
        [.. (await database.ListAsync<SshKeyRow>(
            "SELECT * FROM ssh_keys WHERE user_id = @user ORDER BY created_at, id", new { user = user.Value }, token)).Select(r => r.ToSshKey())];

    public async Task<SshKey?> FindKeyByFingerprintAsync(string fingerprint, CancellationToken token) =>
        (await database.FindAsync<SshKeyRow>(
            "SELECT * FROM ssh_keys WHERE fingerprint = @fingerprint", new { fingerprint }, token))?.ToSshKey();

    public async Task<bool> DeleteKeyAsync(UserId user, KeyId id, CancellationToken token) =>
        await database.ExecuteAsync(
            "DELETE FROM ssh_keys WHERE id = @id AND user_id = @user", new { id = id.Value, user = user.Value }, token) > 0;

    /// <summary>A username that is somebody's e-mail would make logins ambiguous: both share one space of names.</summary>
    private static async Task<bool> IsLoginAsync(SqlSession session, string login) =>
        await session.ScalarAsync<long>(
            "SELECT count(*) FROM users WHERE lower(username) = lower(@login) OR lower(email) = lower(@login)", new { login }) > 0;
}
