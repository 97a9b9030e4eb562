using System.Text.Json.Nodes;
using Gantry.Api.Auth;
using Gantry.Api.Events;
using Gantry.Api.Http;
using Gantry.Contracts.V1;
using Gantry.Domain;
using Gantry.Domain.Accounts;
using Gantry.Store.Records;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace Gantry.Api.Accounts;

internal static class TokenEndpoints
{
    public static void MapTokens(this RouteGroupBuilder v1)
    {
        var group = v1.MapGroup("/tokens").WithTags("Tokens");
        group.MapPost("", CreateAsync).For(Access.Anyone).Produces<TokenReply>(StatusCodes.Status201Created)
            .WithSummary("New API token; Basic login:password, or Bearer");
        group.MapPost("/exchange", ExchangeAsync).For(Access.Anyone).Produces<ExchangeReply>()
            .WithSummary("Session token (JWT, one hour) for an API token; Basic, empty user, password = API token");
        group.MapGet("", ListAsync).Produces<TokensReply>().WithSummary("API tokens, without their secrets");
        group.MapGet("/{id}", ShowAsync).Produces<TokenReply>().WithSummary("One API token, without its secret");
        group.MapPatch("/{id}/renew", RenewAsync).Produces<TokenReply>().WithSummary("New secret for an API token; the old one ends");
        group.MapDelete("/{id}", DeleteAsync).Produces(StatusCodes.Status204NoContent).WithSummary("Revoke an API token");
    }

    private static async Task<IResult> CreateAsync(
        HttpContext context, JsonBody<CreateTokenRequest> body, LoginCheck login, IAccounts accounts, Timeline timeline, CancellationToken token)
    {
        var (user, refused) = await login.CheckAsync(context, token);
        if (user is null)
            return refused!;
        var name = body.Value?.Token?.Name ?? body.Value?.Name;
        var issued = await accounts.AddTokenAsync(user.Id, string.IsNullOrWhiteSpace(name) ? "API token" : name.Trim(), token);
        await timeline.AddAsync("new_token", user, null, new JsonObject { ["token_name"] = issued.Token.Name }, token);
        return Reply.Created(new TokenReply(ToWire(issued.Token, issued.Secret)));
    }

    private static async Task<IResult> ExchangeAsync(
        HttpContext context, Authenticator authenticator, SessionTokens sessions, IOptions<ApiOptions> options, CancellationToken token)
    {
        var header = context.Request.Headers.Authorization.ToString();
        var secret = Authenticator.ReadBasic(header)?.Password ?? Authenticator.ReadBearer(header);
        if (secret is null || await authenticator.FindByApiTokenAsync(secret, token) is not { } found)
            return Reply.Error(StatusCodes.Status401Unauthorized, "The API token is unknown, revoked or expired: log in again.");
        return Reply.Ok(new ExchangeReply(
            sessions.Issue(SessionTokens.Session, found.User.Id.Value, options.Value.SessionLifetime)));
    }

    private static async Task<IResult> ListAsync(Caller caller, IAccountStore accounts, CancellationToken token) =>
        Reply.Ok(new TokensReply([.. (await accounts.ListTokensAsync(caller.User.Id, token)).Select(t => ToWire(t, null))]));

    private static async Task<IResult> ShowAsync(string id, Caller caller, IAccountStore accounts, CancellationToken token) =>
        await FindAsync(id, caller, accounts, token) is { } found ? Reply.Ok(new TokenReply(ToWire(found, null))) : Unknown(id);

    private static async Task<IResult> RenewAsync(
        string id, Caller caller, IAccountStore accounts, Timeline timeline, TimeProvider time, CancellationToken token)
    {
        if (await FindAsync(id, caller, accounts, token) is not { } found || !await accounts.DeleteTokenAsync(caller.User.Id, found.Id, token))
            return Unknown(id);
        var secret = Secrets.NewToken();
        var renewed = found with { SecretHash = Secrets.HashToken(secret), CreatedAt = time.GetUtcNow(), LastUsedAt = null };
        await accounts.AddTokenAsync(renewed, token);
        await timeline.AddAsync("regenerate_token", caller.User, null, new JsonObject { ["token_name"] = found.Name }, token);
        return Reply.Ok(new TokenReply(ToWire(renewed, secret)));
    }

    private static async Task<IResult> DeleteAsync(
        string id, Caller caller, IAccountStore accounts, Timeline timeline, CancellationToken token)
    {
        if (!await accounts.DeleteTokenAsync(caller.User.Id, new TokenId(id), token))
            return Unknown(id);
        await timeline.AddAsync("delete_token", caller.User, null, new JsonObject { ["token_id"] = id }, token);
        return Reply.NoContent();
    }

    private static async Task<ApiToken?> FindAsync(string id, Caller caller, IAccountStore accounts, CancellationToken token) =>
        (await accounts.ListTokensAsync(caller.User.Id, token)).FirstOrDefault(t => t.Id.Value == id);

    private static IResult Unknown(string id) => Reply.NotFound("token", $"You have no token with the id {id}.");

    internal static TokenResource ToWire(ApiToken t, string? secret) => new(t.Id.Value, t.Name, t.CreatedAt, t.LastUsedAt, secret);
}
