using System.CommandLine;
using Gantry.Cli.CommandLine;
using Gantry.Contracts.V1;

namespace Gantry.Cli.Commands;

/// <summary>A new release with the image of an earlier deployment; no build.</summary>
internal static class RollbackCommand
{
    private static readonly Argument<string?> Target = new("deployment")
    {
        Description = "ID of the deployment to return to (default: the last success before the present one)",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<bool> NoFollow = new("--no-follow") { Description = "Do not wait for the end" };

    public static GantryCommand Create(CommandFactory factory) => factory.Create(
        new GantryCommand("Deployments", "rollback", "Return to the image of an earlier deployment")
        {
            Details = "Nothing is built: the old image becomes a new release with the present variables.",
            Examples = ["gantry rollback", "gantry rollback 6523af… --app my-app   # IDs: gantry deployments"],
        },
        RunAsync, Target, NoFollow);

    /// <summary>The newest success before the present one, of a list that is newest first.</summary>
    public static string Previous(string app, IReadOnlyList<DeploymentResource> deployments) =>
        deployments.Where(d => d.Status == "success").Skip(1).FirstOrDefault()?.Id
        ?? throw new CliError(ExitCode.NotFound, $"{app} has no earlier successful deployment.", $"Its deployments: gantry deployments --app {app}");

    private static async Task<ExitCode> RunAsync(Invocation invocation, CancellationToken token)
    {
        var wanted = invocation.Get(Target)
            ?? Previous(invocation.App, await DeploymentCommands.FetchAsync(invocation, 1, 50, token));
        var deployment = (await invocation.Api.PostEmptyAsync(
            $"{invocation.AppPath}/deployments/{Uri.EscapeDataString(wanted)}/rollback", V1Json.Default.DeploymentReply, token)).Deployment;
        invocation.Print.Say($"Returning {invocation.App} to the image of {wanted}…");
        if (!invocation.Get(NoFollow))
            return await DeployCommand.FollowAsync(invocation, deployment.Id, token);
        invocation.Print.Done(deployment, V1Json.Default.DeploymentResource, $"Deployment {deployment.Id} is {deployment.Status}.");
        return ExitCode.Success;
    }
}
