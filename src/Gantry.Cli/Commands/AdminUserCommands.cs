using System.CommandLine;
using Gantry.Cli.CommandLine;
using Gantry.Cli.Http;
using Gantry.Cli.Output;
using Gantry.Cli.Terminal;
using Gantry.Contracts.Admin;

namespace Gantry.Cli.Commands;

internal static class AdminUserCommands
{
    private const string Group = "Operators";

    private static readonly Argument<string> Username = new("username") { Description = "Name of the account" };
    private static readonly Argument<string> Email = new("email") { Description = "Its e-mail address" };
    private static readonly Option<bool> Operator = new("--operator") { Description = "May use gantry admin" };
    private static readonly Option<bool> PasswordStdin = new("--password-stdin") { Description = "Read a password from stdin; without one, the account uses tokens and SSH keys" };

    public static IEnumerable<Command> Create(CommandFactory factory) =>
    [
        factory.Create(
            new GantryCommand(Group, "users", "List the accounts") { Examples = ["gantry admin users"] },
            ListAsync),
        factory.Create(
            new GantryCommand(Group, "user-add", "Create an account and its first API token")
            {
                Details = "Prints the token, which cannot be shown again.",
                Examples =
                [
                    "gantry admin user-add alice alice@example.com",
                    "TOKEN=$(gantry admin user-add ci ci@example.com)",
                    "echo \"$PASSWORD\" | gantry admin user-add bob bob@example.com --password-stdin --operator",
                ],
            },
            AddAsync, Username, Email, Operator, PasswordStdin),
    ];

    private static async Task<ExitCode> ListAsync(Invocation invocation, CancellationToken token)
    {
        var users = (await invocation.Api.GetAsync($"{AdminApi.Prefix}/users", AdminJson.Default.AdminUsersReply, token)).Users;
        invocation.Print.Result(users, AdminJson.Default.IReadOnlyListAdminUserResource, () => invocation.Print.Table(
            ["Username", "E-mail", "Operator", "Created"],
            [.. users.Select(u => (Cell[])[u.Username, u.Email, u.IsOperator ? "yes" : "", Human.Time(u.CreatedAt)])]));
        return ExitCode.Success;
    }

    private static async Task<ExitCode> AddAsync(Invocation invocation, CancellationToken token)
    {
        var password = invocation.Get(PasswordStdin) ? Prompt.Secret(invocation.Shell, "Password: ") : null;
        var request = new AdminCreateUserRequest(new AdminCreateUserBody(
            invocation.Get(Username), invocation.Get(Email), password, invocation.Get(Operator)));
        var reply = await invocation.Api.PostAsync($"{AdminApi.Prefix}/users", request,
            AdminJson.Default.AdminCreateUserRequest, AdminJson.Default.AdminUserReply, token);
        invocation.Print.Result(reply, AdminJson.Default.AdminUserReply, () => invocation.Print.Data(reply.Token?.Token ?? ""));
        invocation.Print.Say($"{reply.User.Username} logs in with: gantry login --url {invocation.Server.ToString().TrimEnd('/')} --api-token TOKEN");
        return ExitCode.Success;
    }
}
