using System.Text.Json.Nodes;
using Gantry.Api.Events;
using Gantry.Api.Http;
using Gantry.Contracts.V1;
using Gantry.Domain.Accounts;
using Gantry.Store.Records;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Gantry.Api.Accounts;

internal static class KeyEndpoints
{
    public static void MapKeys(this RouteGroupBuilder v1)
    {
        var group = v1.MapGroup("/keys").WithTags("SSH keys");
        group.MapGet("", ListAsync).Produces<KeysReply>().WithSummary("Public keys of the account");
        group.MapGet("/{id}", ShowAsync).Produces<KeyReply>().WithSummary("One public key");
        group.MapPost("", CreateAsync).Produces<KeyReply>(StatusCodes.Status201Created).WithSummary("Register a public key for git");
        group.MapDelete("/{id}", DeleteAsync).Produces(StatusCodes.Status204NoContent).WithSummary("Remove a public key");
    }

    private static async Task<IResult> ListAsync(Caller caller, IAccountStore accounts, CancellationToken token) =>
        Reply.Ok(new KeysReply([.. (await accounts.ListKeysAsync(caller.User.Id, token)).Select(ToWire)]));

    private static async Task<IResult> ShowAsync(string id, Caller caller, IAccountStore accounts, CancellationToken token) =>
        await FindAsync(id, caller, accounts, token) is { } key ? Reply.Ok(new KeyReply(ToWire(key))) : Unknown(id);

    private static async Task<IResult> CreateAsync(
        Caller caller, JsonBody<CreateKeyRequest> body, IAccounts accounts, Timeline timeline, CancellationToken token)
    {
        // The JavaScript client sends the fields without the root key.
        var (name, content) = body.Value?.Key is { } key ? (key.Name, key.Content) : (body.Value?.Name, body.Value?.Content);
        var added = await accounts.AddKeyAsync(caller.User.Id, name ?? "", content ?? "", token);
        if (added.Refusal is { } refusal)
            return Reply.Refused(refusal);
        await timeline.AddAsync("new_key", caller.User, null, Describe(added.Value), token);
        return Reply.Created(new KeyReply(ToWire(added.Value)));
    }

    private static async Task<IResult> DeleteAsync(
        string id, Caller caller, IAccountStore accounts, Timeline timeline, CancellationToken token)
    {
        if (await FindAsync(id, caller, accounts, token) is not { } key || !await accounts.DeleteKeyAsync(caller.User.Id, key.Id, token))
            return Unknown(id);
        await timeline.AddAsync("delete_key", caller.User, null, Describe(key), token);
        return Reply.NoContent();
    }

    private static async Task<SshKey?> FindAsync(string id, Caller caller, IAccountStore accounts, CancellationToken token) =>
        (await accounts.ListKeysAsync(caller.User.Id, token)).FirstOrDefault(k => k.Id.Value == id);

    private static JsonObject Describe(SshKey key) => new() { ["name"] = key.Name, ["fingerprint"] = key.Fingerprint };

    private static IResult Unknown(string id) => Reply.NotFound("key", $"You have no key with the id {id}.");

    private static KeyResource ToWire(SshKey key) => new(key.Id.Value, key.Name, key.Content);
}
