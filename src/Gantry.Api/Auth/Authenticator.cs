using System.Text;
using Gantry.Domain;
using Gantry.Domain.Accounts;
using Gantry.Store.Records;

namespace Gantry.Api.Auth;

/// <summary>Finds the user behind an <c>Authorization</c> header.</summary>
internal sealed class Authenticator(SessionTokens sessions, IAccountStore accounts, TimeProvider time)
{
    /// <summary>
    /// Takes <c>Bearer</c> and <c>Basic</c> with an empty user name (attach clients), with a session token or an API
    /// token. Null when there is no such user or the token is not valid.
    /// </summary>
    public async Task<User?> AuthenticateAsync(string? authorization, CancellationToken token)
    {
        var secret = ReadBearer(authorization) ?? (ReadBasic(authorization) is { Login: "" } basic ? basic.Password : null);
        return secret is null ? null : await FindAsync(secret, token);
    }

    /// <summary>The user of a session token or an API token.</summary>
    public async Task<User?> FindAsync(string secret, CancellationToken token)
    {
        if (secret.StartsWith(Secrets.TokenPrefix, StringComparison.Ordinal))
            return await FindByApiTokenAsync(secret, token) is { } found ? found.User : null;
        return sessions.Verify(SessionTokens.Session, secret) is { } id
            ? await accounts.FindUserAsync(new UserId(id), token)
            : null;
    }

    public async Task<(User User, ApiToken Token)?> FindByApiTokenAsync(string secret, CancellationToken token)
    {
        var now = time.GetUtcNow();
        if (await accounts.FindTokenByHashAsync(Secrets.HashToken(secret), token) is not { } found || found.ExpiresAt <= now)
            return null;
        if (await accounts.FindUserAsync(found.UserId, token) is not { } user)
            return null;
        // One write a minute is exact enough for people and keeps scripts from writing at every request.
        if (found.LastUsedAt is null || now - found.LastUsedAt > TimeSpan.FromMinutes(1))
            await accounts.TouchTokenAsync(found.Id, now, token);
        return (user, found);
    }

    public static string? ReadBearer(string? header) =>
        header is not null && header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? header[7..].Trim() : null;

    public static (string Login, string Password)? ReadBasic(string? header)
    {
        if (header is null || !header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase))
            return null;
        var bytes = new byte[header.Length];
        if (!Convert.TryFromBase64String(header[6..].Trim(), bytes, out var length))
            return null;
        var text = Encoding.UTF8.GetString(bytes, 0, length);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? null : (text[..colon], text[(colon + 1)..]);
    }
}
