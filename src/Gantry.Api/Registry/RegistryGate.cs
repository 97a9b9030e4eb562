using Gantry.Api.Auth;
using Gantry.Api.Http;
using Gantry.Domain;
using Gantry.Domain.Accounts;
using Gantry.Domain.Apps;
using Gantry.Store.Records;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Gantry.Api.Registry;

/// <summary>
/// Who may pull what, by the token flow of Docker registries: a request without a token is told where to get one, and
/// the token names the repositories it is good for. Ownership is looked up again at each use, so a right that is taken
/// away ends at once.
/// </summary>
internal sealed class RegistryGate(
    SessionTokens tokens, Authenticator authenticator, IAppStore apps, IAccountStore accounts, RequestBudget budget, IOptions<ApiOptions> options)
{
    private const string Audience = "registry";
    private static readonly TimeSpan _lifetime = TimeSpan.FromMinutes(10);

    public int LifetimeSeconds => (int)_lifetime.TotalSeconds;

    /// <summary>The user of Basic credentials: any name, and an API token as the password.</summary>
    public async Task<User?> LogInAsync(HttpContext context)
    {
        var address = context.Connection.RemoteIpAddress?.ToString() ?? "";
        if (!budget.MayTryPassword(address) || Authenticator.ReadBasic(context.Request.Headers.Authorization) is not { } basic)
            return null;
        if (await authenticator.FindAsync(basic.Password, context.RequestAborted) is { } user)
            return user;
        budget.CountFailedLogin(address);
        return null;
    }

    /// <summary>A token for those of the asked scopes (<c>repository:NAME:pull</c>) that the user has a right to.</summary>
    public async Task<string> IssueAsync(User user, IEnumerable<string> scopes, CancellationToken token)
    {
        List<string> granted = [];
        foreach (var scope in scopes.SelectMany(s => s.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Take(10))
            if (scope.Split(':') is ["repository", var name, var actions] && actions.Split(',').Contains("pull") && await MayPullAsync(user, name, token) is not null)
                granted.Add(name);
        return tokens.Issue(Audience, string.Join(' ', [user.Id.Value, .. granted]), _lifetime);
    }

    /// <summary>True when the request has a token of this registry, for whatever repository.</summary>
    public bool IsKnown(HttpContext context) => Claims(context) is not null;

    /// <summary>The app that a repository name means, or the answer that refuses it.</summary>
    public async Task<(App? App, IResult? Refusal)> EnterAsync(HttpContext context, string repository)
    {
        if (Claims(context) is not [var userId, .. var granted] || !granted.Contains(repository))
            return (null, Challenge(context, $"repository:{repository}:pull"));
        if (await accounts.FindUserAsync(new UserId(userId), context.RequestAborted) is not { } user)
            return (null, Challenge(context, $"repository:{repository}:pull"));
        if (!budget.TryTake(user.Id))
            return (null, RegistryErrors.TooMany());
        return await MayPullAsync(user, repository, context.RequestAborted) is { } app ? (app, null) : (null, RegistryErrors.UnknownName(repository));
    }

    /// <summary>Says where to get a token. An app that is not the caller's and one that does not exist look the same.</summary>
    public IResult Challenge(HttpContext context, string? scope)
    {
        var url = options.Value.PublicUrl;
        context.Response.Headers.WWWAuthenticate =
            $"Bearer realm=\"{url.Base()}/v2/token\",service=\"{url.Authority}\"" + (scope is null ? "" : $",scope=\"{scope}\"");
        return RegistryErrors.Unauthorized();
    }

    private async Task<App?> MayPullAsync(User user, string name, CancellationToken token) =>
        await apps.FindAsync(name, token) is { } app && (app.OwnerId == user.Id || user.IsOperator) ? app : null;

    private string[]? Claims(HttpContext context) =>
        tokens.Verify(Audience, Authenticator.ReadBearer(context.Request.Headers.Authorization))?.Split(' ');
}
