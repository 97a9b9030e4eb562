using Gantry.Domain;
using Gantry.Domain.Accounts;

namespace Gantry.Api.Accounts;

/// <summary>Makes accounts and tokens: for the admin API and for the first start, when nobody can log in yet.</summary>
public interface IAccounts
{
    /// <summary>Refused when a field breaks a rule or is taken.</summary>
    /// <param name="user">The password may be null: then only tokens and SSH keys let the user in.</param>
    Task<Outcome<User>> AddUserAsync(NewUser user, CancellationToken token);

    /// <summary>A new API token; its secret is returned here and never again.</summary>
    Task<IssuedToken> AddTokenAsync(UserId user, string name, CancellationToken token);

    /// <summary>Registers a public key; refused when it is not one or is registered already.</summary>
    Task<Outcome<SshKey>> AddKeyAsync(UserId user, string name, string content, CancellationToken token);
}

/// <summary>What an account is made from.</summary>
public sealed record NewUser(string Username, string Email, string? Password, bool IsOperator);

/// <summary>A token as stored, and its secret in clear.</summary>
public sealed record IssuedToken(ApiToken Token, string Secret);
