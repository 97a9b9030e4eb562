using System.CommandLine;
using Gantry.Cli.CommandLine;
using Gantry.Cli.Configuration;
using Gantry.Cli.Output;
using Gantry.Contracts.V1;

namespace Gantry.Cli.Commands;

internal static class AccountCommands
{
    private const string Group = "Account";

    public static IEnumerable<Command> Create(CommandFactory factory) =>
        [LoginCommand.Create(factory), Logout(factory), Self(factory), Regions(factory)];

    private static GantryCommand Logout(CommandFactory factory) => factory.Create(
        new GantryCommand(Group, "logout", "Forget the credentials for the server")
        {
            Details = "A token that `gantry login` created from a password is deleted on the server, too.",
            Examples = ["gantry logout"],
        },
        LogoutAsync);

    private static GantryCommand Self(CommandFactory factory)
    {
        var command = factory.Create(
            new GantryCommand(Group, "self", "Show who you are logged in as")
            {
                Examples = ["gantry self", "gantry whoami --format json | jq -r .username"],
            },
            SelfAsync);
        command.Aliases.Add("whoami");
        return command;
    }

    private static GantryCommand Regions(CommandFactory factory) => factory.Create(
        new GantryCommand(Group, "regions", "List the regions of the platform") { Examples = ["gantry regions"] },
        RegionsAsync);

    private static async Task<ExitCode> LogoutAsync(Invocation invocation, CancellationToken token)
    {
        var server = invocation.Server;
        var known = invocation.Credentials.Find(server);
        if (known?.Id is { } id)
            await DeleteTokenAsync(invocation, known, id, token);
        invocation.Print.Say(invocation.Credentials.Remove(server)
            ? $"Logged out of {server.Authority}."
            : $"You were not logged in to {server.Authority}.");
        if (ApiTokens.FromEnvironment(invocation.Shell) is { } variable)
            invocation.Print.Say($"{variable.Name} is still set and is still used: unset {variable.Name}");
        return ExitCode.Success;
    }

    private static async Task DeleteTokenAsync(Invocation invocation, Credential known, string id, CancellationToken token)
    {
        try
        {
            var api = new Http.ApiClient(invocation.Server, known.Token, invocation.Shell);
            await api.DeleteAsync($"/v1/tokens/{id}", token);
        }
        catch (CliError e)
        {
            invocation.Print.Say($"The token {id} could not be deleted on the server and stays valid there: {e.Message}");
        }
    }

    private static async Task<ExitCode> SelfAsync(Invocation invocation, CancellationToken token)
    {
        var user = (await invocation.Api.GetAsync("/v1/users/self", V1Json.Default.UserReply, token)).User;
        invocation.Print.Result(user, V1Json.Default.UserResource, () => invocation.Print.Details(
        [
            ("Username", user.Username),
            ("E-mail", user.Email),
            ("ID", user.Id),
            ("Server", invocation.Server.ToString().TrimEnd('/')),
        ]));
        return ExitCode.Success;
    }

    private static async Task<ExitCode> RegionsAsync(Invocation invocation, CancellationToken token)
    {
        var regions = (await invocation.Api.GetAsync("/v1/regions", V1Json.Default.RegionsReply, token)).Regions;
        invocation.Print.Result(regions, V1Json.Default.IReadOnlyListRegionResource, () => invocation.Print.Table(
            ["Name", "Title", "API", "SSH", "Default"],
            [.. regions.Select(r => (Cell[])[r.Name, r.DisplayName, r.Api, r.Ssh, r.Default ? "yes" : ""])]));
        return ExitCode.Success;
    }
}
