using System.CommandLine;
using Gantry.Cli.CommandLine;
using Gantry.Cli.Containers;
using Gantry.Cli.Output;
using Gantry.Contracts.V1;

namespace Gantry.Cli.Commands;

internal static class ContainerCommands
{
    private const string Group = "Containers";

    private static readonly Argument<string[]> Scope = new("scope") { Description = "Types (web) or containers (web-1); default: all", Arity = ArgumentArity.ZeroOrMore };
    private static readonly Argument<string> Label = new("container") { Description = "Label or ID, as gantry ps shows it" };
    private static readonly Option<bool> NoWait = new("--no-wait") { Description = "Do not wait for the end" };
    private static readonly Option<string> Signal = new("--signal", "-s") { Description = "SIGUSR1 or SIGUSR2 (default: SIGUSR1)", HelpName = "SIGNAL", DefaultValueFactory = _ => "SIGUSR1" };

    public static IEnumerable<Command> Create(CommandFactory factory) =>
    [
        factory.Create(
            new GantryCommand(Group, "ps", "List the containers of an app") { Examples = ["gantry ps", "gantry ps --format json | jq -r '.[].label'"] },
            PsAsync),
        ScaleCommand.Create(factory),
        factory.Create(
            new GantryCommand(Group, "restart", "Restart containers")
            {
                Details = "New containers take over before the old ones stop. Waits until that is done.",
                Examples = ["gantry restart", "gantry restart web worker-2", "gantry restart --no-wait"],
            },
            RestartAsync, Scope, NoWait),
        StatsCommand.Create(factory),
        factory.Create(
            new GantryCommand(Group, "one-off-stop", "Stop a one-off container")
            {
                Details = "It gets SIGTERM, and SIGKILL after 30 seconds.",
                Examples = ["gantry one-off-stop one-off-1234"],
            },
            StopAsync, Label),
        factory.Create(
            new GantryCommand(Group, "kill", "Send a signal to a container") { Examples = ["gantry kill web-1", "gantry kill web-1 --signal SIGUSR2"] },
            KillAsync, Label, Signal),
    ];

    private static async Task<IReadOnlyList<ContainerResource>> FetchAsync(Invocation invocation, CancellationToken token) =>
        (await invocation.Api.GetAsync($"{invocation.AppPath}/ps", V1Json.Default.ContainersReply, token)).Containers;

    private static async Task<ExitCode> PsAsync(Invocation invocation, CancellationToken token)
    {
        var containers = await FetchAsync(invocation, token);
        invocation.Print.Result(containers, V1Json.Default.IReadOnlyListContainerResource, () =>
        {
            if (containers.Count == 0)
                invocation.Print.Say($"{invocation.App} has no containers. Deploy with: git push gantry main; start some with: gantry scale web:1");
            else
                invocation.Print.Table(["Name", "Status", "Size", "Since", "Command"], [.. containers.Select(c => (Cell[])
                    [c.Label, Cell.Status(c.State), c.ContainerSize?.Name ?? "", Human.Ago(c.CreatedAt, invocation.Shell.Time), c.Command])]);
        });
        return ExitCode.Success;
    }

    private static async Task<ExitCode> RestartAsync(Invocation invocation, CancellationToken token)
    {
        var scope = invocation.Get(Scope);
        var location = await invocation.Api.StartAsync($"{invocation.AppPath}/restart", new RestartRequest(scope), V1Json.Default.RestartRequest, token);
        var what = scope.Length == 0 ? invocation.App : string.Join(", ", scope);
        if (location is not null && !invocation.Get(NoWait))
        {
            invocation.Print.Say($"Restarting {what}…");
            var operation = await Operations.WaitAsync(invocation, location, token);
            invocation.Print.Done(operation, V1Json.Default.OperationResource, $"Restarted {what}.");
        }
        else
            invocation.Print.Done(new OperationResult(location?.Split('/')[^1], "pending"), CliJson.Default.OperationResult, $"The restart of {what} has begun.");
        return ExitCode.Success;
    }

    private static async Task<ContainerResource> FindAsync(Invocation invocation, CancellationToken token)
    {
        var name = invocation.Get(Label);
        var containers = await FetchAsync(invocation, token);
        return containers.FirstOrDefault(c => c.Label == name || c.Id == name)
            ?? throw new CliError(ExitCode.NotFound, $"{invocation.App} has no running container {name}.", containers.Count == 0
                ? "It has none at all."
                : "It has: " + string.Join(", ", containers.Select(c => c.Label)));
    }

    private static async Task<ExitCode> StopAsync(Invocation invocation, CancellationToken token)
    {
        var container = await FindAsync(invocation, token);
        if (container.Type != "one-off" && !container.Label.StartsWith("one-off-", StringComparison.Ordinal))
            throw new CliError(ExitCode.Usage, $"{container.Label} is no one-off.", $"Fewer of its type: gantry scale {container.Type}-1; again: gantry restart {container.Label}");
        await invocation.Api.StartAsync($"{invocation.AppPath}/containers/{container.Id}/stop", new RestartRequest([]), V1Json.Default.RestartRequest, token);
        invocation.Print.Done(container, V1Json.Default.ContainerResource, $"{container.Label} is stopping.");
        return ExitCode.Success;
    }

    private static async Task<ExitCode> KillAsync(Invocation invocation, CancellationToken token)
    {
        var signal = invocation.Get(Signal).ToUpperInvariant();
        signal = signal.StartsWith("SIG", StringComparison.Ordinal) ? signal : "SIG" + signal;
        if (signal is not ("SIGUSR1" or "SIGUSR2"))
            throw new CliError(ExitCode.Usage, $"{signal} cannot be sent; SIGUSR1 and SIGUSR2 can.", "To end containers: gantry restart, gantry scale TYPE:0, gantry one-off-stop");
        var container = await FindAsync(invocation, token);
        await invocation.Api.StartAsync($"{invocation.AppPath}/containers/{container.Id}/kill", new KillRequest(signal), V1Json.Default.KillRequest, token);
        invocation.Print.Done(container, V1Json.Default.ContainerResource, $"{signal} was sent to {container.Label}.");
        return ExitCode.Success;
    }
}
