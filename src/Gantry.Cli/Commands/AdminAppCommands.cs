using System.CommandLine;
using Gantry.Cli.CommandLine;
using Gantry.Cli.Http;
using Gantry.Cli.Output;
using Gantry.Cli.Streams;
using Gantry.Cli.Terminal;
using Gantry.Contracts.V1;

namespace Gantry.Cli.Commands;

/// <summary>What an operator does to apps of other people.</summary>
internal static class AdminAppCommands
{
    private const string Group = "Operators";
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    private static readonly Argument<string> Name = new("app") { Description = "Name or ID of the app" };
    private static readonly Option<bool> Force = new("--force") { Description = "Do not ask" };
    private static readonly Option<bool> NoFollow = new("--no-follow") { Description = "Do not wait for the end" };
    private static readonly Argument<string?> Target = new("deployment")
    {
        Description = "ID of the deployment to return to (default: the last success before the present one)",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public static IEnumerable<Command> Create(CommandFactory factory) =>
    [
        factory.Create(
            new GantryCommand(Group, "apps", "List the apps of all users") { Examples = ["gantry admin apps"] },
            ListAsync),
        factory.Create(
            new GantryCommand(Group, "rollback", "Return any app to the image of an earlier deployment") { Examples = ["gantry admin rollback my-app", "gantry admin rollback my-app 6523af…"] },
            RollbackAsync, Name, Target, NoFollow),
        factory.Create(
            new GantryCommand(Group, "destroy", "Delete any app and all that belongs to it") { Examples = ["gantry admin destroy my-app"] },
            DestroyAsync, Name, Force),
    ];

    private static async Task<ExitCode> ListAsync(Invocation invocation, CancellationToken token)
    {
        var apps = (await invocation.Api.GetAsync($"{AdminApi.Prefix}/apps", V1Json.Default.AppsReply, token)).Apps;
        invocation.Print.Result(apps, V1Json.Default.IReadOnlyListAppResource, () => invocation.Print.Table(
            ["Name", "Status", "Owner", "Last deployed"],
            [.. apps.Select(a => (Cell[])[a.Name, Cell.Status(a.Status), a.Owner.Username, Human.Ago(a.LastDeployedAt, invocation.Shell.Time)])]));
        return ExitCode.Success;
    }

    private static async Task<ExitCode> RollbackAsync(Invocation invocation, CancellationToken token)
    {
        var app = invocation.Get(Name);
        var wanted = invocation.Get(Target) ?? RollbackCommand.Previous(app, await DeploymentsAsync(invocation, app, token));
        var deployment = (await invocation.Api.PostEmptyAsync(
            $"{AdminApi.App(app)}/deployments/{Uri.EscapeDataString(wanted)}/rollback", V1Json.Default.DeploymentReply, token)).Deployment;
        invocation.Print.Say($"Returning {app} to the image of {wanted}…");
        if (!invocation.Get(NoFollow))
            deployment = await FinishAsync(invocation, app, deployment, token);
        invocation.Print.Done(deployment, V1Json.Default.DeploymentResource, $"Deployment {deployment.Id} is {deployment.Status}.");
        return deployment.Status == "success" || invocation.Get(NoFollow) ? ExitCode.Success : ExitCode.Failed;
    }

    private static async Task<IReadOnlyList<DeploymentResource>> DeploymentsAsync(Invocation invocation, string app, CancellationToken token) =>
        (await invocation.Api.GetAsync($"{AdminApi.App(app)}/deployments?page=1&per_page=50", V1Json.Default.DeploymentsReply, token)).Deployments;

    /// <summary>Looks now and then: the stream with the output is for the app's owner only.</summary>
    private static async Task<DeploymentResource> FinishAsync(Invocation invocation, string app, DeploymentResource deployment, CancellationToken token)
    {
        while (!DeploymentFollower.IsFinal(deployment.Status))
        {
            await Task.Delay(Look, invocation.Shell.Time, token);
            deployment = (await DeploymentsAsync(invocation, app, token)).FirstOrDefault(d => d.Id == deployment.Id) ?? deployment;
        }

        return deployment;
    }

    private static async Task<ExitCode> DestroyAsync(Invocation invocation, CancellationToken token)
    {
        var name = invocation.Get(Name);
        if (!invocation.Get(Force))
            Confirmation.DemandName(invocation.Shell, name, "gantry admin destroy NAME --force");
        await invocation.Api.DeleteAsync(AdminApi.App(name), token);
        invocation.Print.Say($"App {name} is destroyed.");
        return ExitCode.Success;
    }
}
