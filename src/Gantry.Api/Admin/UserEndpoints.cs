using Gantry.Api.Accounts;
using Gantry.Api.Http;
using Gantry.Contracts.Admin;
using Gantry.Contracts.V1;
using Gantry.Domain;
using Gantry.Domain.Accounts;
using Gantry.Store.Records;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Gantry.Api.Admin;

internal static class UserEndpoints
{
    private const string FirstTokenName = "First token";

    public static void MapUsers(this RouteGroupBuilder admin)
    {
        admin.MapGet("/users", ListAsync).Produces<AdminUsersReply>().WithSummary("All accounts");
        admin.MapPost("/users", CreateAsync).Produces<AdminUserReply>(StatusCodes.Status201Created)
            .WithSummary("New account with a first API token, whose secret is shown only here");
        admin.MapGet("/users/{user}/tokens", ListTokensAsync).Produces<TokensReply>().WithSummary("API tokens of a user, without their secrets");
        admin.MapPost("/users/{user}/tokens", CreateTokenAsync).Produces<TokenReply>(StatusCodes.Status201Created)
            .WithSummary("New API token for a user (id, username or e-mail)");
        admin.MapDelete("/users/{user}/tokens/{id}", DeleteTokenAsync).Produces(StatusCodes.Status204NoContent).WithSummary("Revoke a token of a user");
    }

    private static async Task<IResult> ListAsync(IAccountStore accounts, CancellationToken token) =>
        Reply.Ok(new AdminUsersReply([.. (await accounts.ListUsersAsync(token)).Select(ToWire)]));

    private static async Task<IResult> CreateAsync(JsonBody<AdminCreateUserRequest> body, IAccounts accounts, CancellationToken token)
    {
        var wanted = body.Require(b => b.User, "user");
        var added = await accounts.AddUserAsync(
            new NewUser(wanted.Username ?? "", wanted.Email ?? "", wanted.Password, wanted.IsOperator == true), token);
        if (added.Refusal is { } refusal)
            return Reply.Refused(refusal);
        var issued = await accounts.AddTokenAsync(added.Value.Id, FirstTokenName, token);
        return Reply.Created(new AdminUserReply(ToWire(added.Value), TokenEndpoints.ToWire(issued.Token, issued.Secret)));
    }

    private static async Task<IResult> ListTokensAsync(string user, IAccountStore accounts, CancellationToken token) =>
        await FindAsync(user, accounts, token) is { } found
            ? Reply.Ok(new TokensReply([.. (await accounts.ListTokensAsync(found.Id, token)).Select(t => TokenEndpoints.ToWire(t, null))]))
            : Unknown(user);

    private static async Task<IResult> CreateTokenAsync(
        string user, JsonBody<CreateTokenRequest> body, IAccountStore store, IAccounts accounts, CancellationToken token)
    {
        if (await FindAsync(user, store, token) is not { } found)
            return Unknown(user);
        var name = body.Value?.Token?.Name ?? body.Value?.Name;
        var issued = await accounts.AddTokenAsync(found.Id, string.IsNullOrWhiteSpace(name) ? "API token" : name.Trim(), token);
        return Reply.Created(new TokenReply(TokenEndpoints.ToWire(issued.Token, issued.Secret)));
    }

    private static async Task<IResult> DeleteTokenAsync(string user, string id, IAccountStore accounts, CancellationToken token)
    {
        if (await FindAsync(user, accounts, token) is not { } found)
            return Unknown(user);
        return await accounts.DeleteTokenAsync(found.Id, new TokenId(id), token)
            ? Reply.NoContent()
            : Reply.NotFound("token", $"{found.Username} has no token with the id {id}.");
    }

    private static async Task<User?> FindAsync(string idOrLogin, IAccountStore accounts, CancellationToken token) =>
        await accounts.FindUserAsync(new UserId(idOrLogin), token) ?? await accounts.FindUserByLoginAsync(idOrLogin, token);

    private static IResult Unknown(string user) => Reply.NotFound("user", $"There is no user \"{user}\".");

    private static AdminUserResource ToWire(User u) => new(u.Id.Value, u.Username, u.Email, u.IsOperator, u.CreatedAt);
}
