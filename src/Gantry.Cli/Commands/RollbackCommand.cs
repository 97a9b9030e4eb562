using System.CommandLine;
using Gantry.Cli.CommandLine;
using Gantry.Cli.Http;
using Gantry.Contracts.V1;

namespace Gantry.Cli.Commands;

/// <summary>A new release with the image of an earlier deployment; no build.</summary>
internal static class RollbackCommand
{
    private static readonly Option<bool> NoFollow = new("--no-follow") { Description = "Do not wait for the end" };

    public static GantryCommand Create(CommandFactory factory, string name, string group, Argument<string?> target) => factory.Create(
        new GantryCommand(group, name, "Return to the image of an earlier deployment")
        {
            Details = "Nothing is built: the old image becomes a new release with the present variables.",
            Examples = ["gantry rollback", "gantry deployments", "gantry rollback 6523af… --app my-app"],
        },
        (invocation, token) => RunAsync(invocation, target, token), target, NoFollow);

    private static async Task<ExitCode> RunAsync(Invocation invocation, Argument<string?> target, CancellationToken token)
    {
        var wanted = invocation.Get(target) ?? await PreviousAsync(invocation, token);
        var deployment = await AdminApi.RollbackAsync(invocation, wanted, token);
        invocation.Print.Say($"Returning {invocation.App} to the image of {wanted}…");
        if (!invocation.Get(NoFollow))
            return await DeployCommand.FollowAsync(invocation, deployment.Id, token);
        invocation.Print.Done(deployment, V1Json.Default.DeploymentResource, $"Deployment {deployment.Id} is {deployment.Status}.");
        return ExitCode.Success;
    }

    private static async Task<string> PreviousAsync(Invocation invocation, CancellationToken token)
    {
        var deployments = await DeploymentCommands.FetchAsync(invocation, 1, 50, token);
        return deployments.Where(d => d.Status == "success").Skip(1).FirstOrDefault()?.Id
            ?? throw new CliError(ExitCode.NotFound, $"{invocation.App} has no earlier successful deployment.", "Its deployments: gantry deployments");
    }
}
