using Gantry.Api.Auth;
using Gantry.Domain;
using Gantry.Domain.Accounts;
using Gantry.Store.Records;

namespace Gantry.Api.Accounts;

internal sealed class AccountRegistry(IAccountStore accounts, TimeProvider time) : IAccounts
{
    public const int MinPasswordLength = 8;

    public async Task<Outcome<User>> AddUserAsync(NewUser user, CancellationToken token)
    {
        if (Check(user) is { } refusal)
            return refusal;
        var record = new User(NewId.User(), user.Username, user.Email, user.IsOperator, time.GetUtcNow());
        var hash = user.Password is null ? null : Secrets.HashPassword(user.Password);
        return await accounts.AddUserAsync(record, hash, token);
    }

    public async Task<IssuedToken> AddTokenAsync(UserId user, string name, CancellationToken token)
    {
        var secret = Secrets.NewToken();
        var record = new ApiToken(NewId.Token(), user, name, Secrets.HashToken(secret), time.GetUtcNow(), null, null);
        await accounts.AddTokenAsync(record, token);
        return new IssuedToken(record, secret);
    }

    public async Task<Outcome<SshKey>> AddKeyAsync(UserId user, string name, string content, CancellationToken token)
    {
        if (string.IsNullOrWhiteSpace(name))
            return Refusal.Invalid("name", "can't be blank");
        var parsed = PublicKey.Parse(content);
        if (parsed.Refusal is { } refusal)
            return refusal;
        var key = new SshKey(NewId.Key(), user, name.Trim(), parsed.Value.Line, parsed.Value.Fingerprint, time.GetUtcNow());
        return await accounts.AddKeyAsync(key, token);
    }

    /// <summary>The rule that a password breaks, or null.</summary>
    public static Refusal? CheckPassword(string password) => password.Length < MinPasswordLength
        ? Refusal.Invalid("password", $"is too short (minimum is {MinPasswordLength} characters)")
        : null;

    private static Refusal? Check(NewUser user)
    {
        if (user.Username.Length is < 2 or > 48)
            return Refusal.Invalid("username", "must have 2 to 48 characters");
        if (!user.Username.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
            return Refusal.Invalid("username", "may only contain letters, digits, hyphens, underscores and dots");
        if (user.Email.Length > 254 || user.Email.Count(c => c == '@') != 1 || user.Email.Any(char.IsWhiteSpace)
            || user.Email.StartsWith('@') || user.Email.EndsWith('@'))
            return Refusal.Invalid("email", "is not an e-mail address");
        return user.Password is null ? null : CheckPassword(user.Password);
    }
}
