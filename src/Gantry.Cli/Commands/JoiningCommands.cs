using System.CommandLine;
using Gantry.Cli.CommandLine;
using Gantry.Cli.Output;
using Gantry.Contracts.Admin;

namespace Gantry.Cli.Commands;

/// <summary>How machines become hosts, and cease to be.</summary>
internal static class JoiningCommands
{
    private static readonly Option<int?> _minutes = new("--minutes") { Description = "How long the token is good, up to a week (default: 1 hour)", HelpName = "N" };
    private static readonly Option<bool> _force = new("--force") { Description = "Also while containers have their place there: they are given up" };

    public static IEnumerable<Command> Create(CommandFactory factory, Argument<string> name) =>
    [
        factory.Create(
            new GantryCommand(HostCommands.Group, "token", "Make a token with which one machine becomes a host")
            {
                Details = "Prints the whole command to run on that machine, as root. It cannot be shown again. The token also says which cluster the machine may trust.",
                Examples = ["gantry hosts token", "ssh box-2 \"$(gantry hosts token)\"", "gantry hosts token --minutes 10 --format json | jq -r .token"],
            },
            TokenAsync, _minutes),
        factory.Create(
            new GantryCommand(HostCommands.Group, "remove", "Take a host out of the cluster for good")
            {
                Details = "Its certificate is worth nothing from then on. The machine can join again with a new token, as a new host.",
                Examples = ["gantry hosts remove box-2", "gantry hosts remove box-2 --force   # the machine is lost"],
            },
            (i, t) => RemoveAsync(i, i.Get(name), t), name, _force),
    ];

    private static async Task<ExitCode> TokenAsync(Invocation invocation, CancellationToken token)
    {
        var request = new CreateJoinTokenRequest(new CreateJoinTokenBody(invocation.Get(_minutes) * 60));
        var made = (await invocation.Api.PostAsync(
            $"{HostCommands.Hosts}/tokens", request, AdminJson.Default.CreateJoinTokenRequest, AdminJson.Default.JoinTokenReply, token)).JoinToken;
        invocation.Print.Result(made, AdminJson.Default.JoinTokenResource, () =>
        {
            invocation.Print.Data(made.Command);
            invocation.Print.Say($"Run it on the machine, as root. It lets one machine in, until {Human.Time(made.ExpiresAt)}.");
        });
        return ExitCode.Success;
    }

    private static async Task<ExitCode> RemoveAsync(Invocation invocation, string host, CancellationToken token)
    {
        await invocation.Api.DeleteAsync(HostCommands.At(host) + (invocation.Get(_force) ? "?force=true" : ""), token);
        invocation.Print.Say($"{host} is no host any more. What runs on the machine ends with: gantryd stop-host");
        return ExitCode.Success;
    }
}
