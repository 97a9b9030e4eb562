using System.CommandLine;
using Gantry.Cli.CommandLine;
using Gantry.Cli.Http;
using Gantry.Cli.Output;
using Gantry.Contracts.V1;

namespace Gantry.Cli.Commands;

internal static class AdminTokenCommands
{
    private const string Group = "Operators";

    private static readonly Argument<string> User = new("user") { Description = "Username, e-mail or ID" };
    private static readonly Argument<string> Name = new("name") { Description = "What the token is for" };
    private static readonly Argument<string> Id = new("id") { Description = "ID of the token, as gantry admin tokens shows it" };

    public static IEnumerable<Command> Create(CommandFactory factory) =>
    [
        factory.Create(
            new GantryCommand(Group, "tokens", "List the API tokens of an account") { Examples = ["gantry admin tokens alice"] },
            ListAsync, User),
        factory.Create(
            new GantryCommand(Group, "token-add", "Create an API token for an account")
            {
                Details = "Prints the token, which cannot be shown again.",
                Examples = ["gantry admin token-add alice ci", "TOKEN=$(gantry admin token-add alice ci)"],
            },
            AddAsync, User, Name),
        factory.Create(
            new GantryCommand(Group, "token-remove", "Revoke an API token of an account") { Examples = ["gantry admin token-remove alice tk-us-…"] },
            RemoveAsync, User, Id),
    ];

    private static async Task<ExitCode> ListAsync(Invocation invocation, CancellationToken token)
    {
        var tokens = (await invocation.Api.GetAsync(AdminApi.Tokens(invocation.Get(User)), V1Json.Default.TokensReply, token)).Tokens;
        invocation.Print.Result(tokens, V1Json.Default.IReadOnlyListTokenResource, () => invocation.Print.Table(
            ["Name", "Created", "Last used", "ID"],
            [.. tokens.Select(t => (Cell[])[t.Name, Human.Ago(t.CreatedAt, invocation.Shell.Time), Human.Ago(t.LastUsedAt, invocation.Shell.Time), t.Id])]));
        return ExitCode.Success;
    }

    private static async Task<ExitCode> AddAsync(Invocation invocation, CancellationToken token)
    {
        var request = new CreateTokenRequest(new CreateTokenBody(invocation.Get(Name)));
        var created = (await invocation.Api.PostAsync(AdminApi.Tokens(invocation.Get(User)), request,
            V1Json.Default.CreateTokenRequest, V1Json.Default.TokenReply, token)).Token;
        invocation.Print.Result(created, V1Json.Default.TokenResource, () => invocation.Print.Data(created.Token ?? ""));
        return ExitCode.Success;
    }

    private static async Task<ExitCode> RemoveAsync(Invocation invocation, CancellationToken token)
    {
        await invocation.Api.DeleteAsync($"{AdminApi.Tokens(invocation.Get(User))}/{Uri.EscapeDataString(invocation.Get(Id))}", token);
        invocation.Print.Say($"Token {invocation.Get(Id)} is revoked.");
        return ExitCode.Success;
    }
}
