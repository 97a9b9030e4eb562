using System.CommandLine;
using Gantry.Cli.CommandLine;
using Gantry.Cli.Configuration;
using Gantry.Cli.Http;
using Gantry.Cli.Terminal;
using Gantry.Contracts.V1;

namespace Gantry.Cli.Commands;

internal static class LoginCommand
{
    private static readonly Option<string?> ApiToken = new("--api-token") { Description = "An API token; “-” reads it from stdin", HelpName = "TOKEN" };
    private static readonly Option<string?> Username = new("--username", "-u") { Description = "User name or e-mail (default: asked)", HelpName = "NAME" };
    private static readonly Option<bool> PasswordStdin = new("--password-stdin") { Description = "Read the password from stdin" };

    public static GantryCommand Create(CommandFactory factory) => factory.Create(
        new GantryCommand("Account", "login", "Log in to a server and remember it")
        {
            Details =
                "With a user name and a password, an API token is created and kept in auth.json (mode 0600); " +
                "the password is not kept. GANTRY_API_TOKEN works without a login and wins over it.",
            Examples =
            [
                "gantry login",
                "gantry login --url http://127.0.0.1:7080 --api-token tk-us-…",
                "echo \"$PASSWORD\" | gantry login --username alice --password-stdin",
            ],
        },
        RunAsync, ApiToken, Username, PasswordStdin);

    private static async Task<ExitCode> RunAsync(Invocation invocation, CancellationToken token)
    {
        var (secret, id) = await ObtainAsync(invocation, token);
        var api = new ApiClient(invocation.Server, secret, invocation.Shell);
        var user = (await api.GetAsync("/v1/users/self", V1Json.Default.UserReply, token)).User;
        invocation.Credentials.Store(invocation.Server, new Credential(secret, user.Username, id));
        invocation.Settings.Write(invocation.Settings.Read() with { Url = invocation.Server.ToString().TrimEnd('/') });
        invocation.Print.Done(user, V1Json.Default.UserResource, $"Logged in to {invocation.Server.Authority} as {user.Username}.");
        if (ApiTokens.FromEnvironment(invocation.Shell) is { } variable && variable.Token != secret)
            invocation.Print.Say($"{variable.Name} is set and wins over this login: unset {variable.Name}");
        return ExitCode.Success;
    }

    private static async Task<(string Secret, string? Id)> ObtainAsync(Invocation invocation, CancellationToken token)
    {
        if (invocation.Get(ApiToken) is { } given)
            return (given == "-" ? Prompt.Line(invocation.Shell, "") : given, null);
        if (!invocation.Shell.InIsTerminal && !invocation.Get(PasswordStdin))
            return ApiTokens.FromEnvironment(invocation.Shell) is { } variable ? (variable.Token, null) : throw CannotAsk();
        var username = invocation.Get(Username) ?? Prompt.Line(invocation.Shell, "User name or e-mail: ");
        var password = Prompt.Secret(invocation.Shell, invocation.Get(PasswordStdin) ? "" : "Password: ");
        var created = await CreateAsync(invocation, username, password, token);
        return (created.Token ?? throw new CliError(ExitCode.ServerFault, "The server created a token but did not tell it."), created.Id);
    }

    private static async Task<TokenResource> CreateAsync(Invocation invocation, string username, string password, CancellationToken token)
    {
        var api = new ApiClient(invocation.Server, null, invocation.Shell);
        var body = new CreateTokenRequest(new CreateTokenBody($"gantry - {Environment.MachineName}"));
        try
        {
            return (await api.CreateTokenAsync(username, password, null, body, token)).Token;
        }
        catch (CliError e) when (e is { Code: ExitCode.NotLoggedIn, Message: "OTP Required" })
        {
            var otp = Prompt.Line(invocation.Shell, "One-time password: ");
            return (await api.CreateTokenAsync(username, password, otp, body, token)).Token;
        }
        catch (CliError e) when (e.Code == ExitCode.NotLoggedIn)
        {
            throw new CliError(ExitCode.NotLoggedIn, $"{invocation.Server.Authority} does not accept this user name and password: {e.Message}",
                "Try again, or use a token: gantry login --api-token TOKEN", e);
        }
    }

    private static CliError CannotAsk() => new(ExitCode.NotConfirmed, "There is no terminal to ask for a user name and a password.",
        "Give a token: gantry login --api-token TOKEN\nor a password: gantry login --username NAME --password-stdin < FILE");
}
