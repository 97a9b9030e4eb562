using System.CommandLine;
using Gantry.Cli.CommandLine;
using Gantry.Cli.Output;
using Gantry.Contracts.V1;

namespace Gantry.Cli.Commands;

internal static class DeploymentCommands
{
    private const string Group = "Deployments";

    private static readonly Argument<string?> Deployment = new("deployment") { Description = "ID of a deployment (default: the latest)", Arity = ArgumentArity.ZeroOrOne };
    private static readonly Option<int> Page = new("--page") { Description = "Page of the list (default: 1)", HelpName = "N", DefaultValueFactory = _ => 1 };
    private static readonly Option<int> PerPage = new("--per-page") { Description = "Entries a page (default: 20)", HelpName = "N", DefaultValueFactory = _ => 20 };
    private static readonly Option<bool> Follow = new("--follow", "-f") { Description = "Go on until the deployment has ended" };

    public static IEnumerable<Command> Create(CommandFactory factory) =>
    [
        DeployCommand.Create(factory),
        factory.Create(
            new GantryCommand(Group, "deployments", "List the deployments of an app, newest first")
            {
                Examples = ["gantry deployments", "gantry deployments --per-page 5 --format json | jq -r '.[].status'"],
            },
            ListAsync, Page, PerPage),
        factory.Create(
            new GantryCommand(Group, "deployment-logs", "Show the build output of a deployment")
            {
                Examples = ["gantry deployment-logs", "gantry deployment-logs --follow", "gantry deployment-logs 6523af…"],
            },
            LogsAsync, Deployment, Follow),
        RollbackCommand.Create(factory),
        factory.Create(
            new GantryCommand(Group, "deployment-delete-cache", "Forget the build cache: the next build starts clean")
            {
                Examples = ["gantry deployment-delete-cache --app my-app"],
            },
            DeleteCacheAsync),
    ];

    public static async Task<IReadOnlyList<DeploymentResource>> FetchAsync(Invocation invocation, int page, int perPage, CancellationToken token) =>
        (await invocation.Api.GetAsync($"{invocation.AppPath}/deployments?page={page}&per_page={perPage}", V1Json.Default.DeploymentsReply, token)).Deployments;

    private static async Task<ExitCode> ListAsync(Invocation invocation, CancellationToken token)
    {
        var deployments = await FetchAsync(invocation, invocation.Get(Page), invocation.Get(PerPage), token);
        invocation.Print.Result(deployments, V1Json.Default.IReadOnlyListDeploymentResource, () =>
        {
            if (deployments.Count == 0)
                invocation.Print.Say("No deployment yet. Deploy with: git push gantry main, or gantry deploy FOLDER");
            else
                invocation.Print.Table(["ID", "Status", "Commit", "By", "Started", "Took"], [.. deployments.Select(d => Row(d, invocation.Shell.Time))]);
        });
        return ExitCode.Success;
    }

    private static Cell[] Row(DeploymentResource d, TimeProvider clock) =>
    [
        d.Id, Cell.Status(d.Status), Short(d.GitRef), d.Pusher.Username, Human.Ago(d.CreatedAt, clock), d.Duration > 0 ? $"{d.Duration} s" : "",
    ];

    private static string Short(string? gitRef) =>
        gitRef is { Length: 40 } && gitRef.All(char.IsAsciiHexDigit) ? gitRef[..8] : gitRef ?? "";

    private static async Task<ExitCode> LogsAsync(Invocation invocation, CancellationToken token)
    {
        var id = invocation.Get(Deployment) ?? (await FetchAsync(invocation, 1, 1, token)).FirstOrDefault()?.Id
            ?? throw new CliError(ExitCode.NotFound, $"{invocation.App} has no deployment yet.", "Deploy with: git push gantry main, or gantry deploy FOLDER");
        if (invocation.Get(Follow))
            return await DeployCommand.FollowAsync(invocation, id, token);
        var deployment = (await invocation.Api.GetAsync($"{invocation.AppPath}/deployments/{id}", V1Json.Default.DeploymentReply, token)).Deployment;
        var text = await invocation.Api.TextAsync(deployment.Links.Output, authenticated: true, token);
        invocation.Print.Result(new DeploymentLog(deployment, text ?? ""), CliJson.Default.DeploymentLog, () => Print(invocation, deployment, text));
        return ExitCode.Success;
    }

    private static void Print(Invocation invocation, DeploymentResource deployment, string? text)
    {
        if (string.IsNullOrEmpty(text))
            invocation.Print.Say($"Deployment {deployment.Id} ({deployment.Status}) has no output.");
        else
            invocation.Shell.Out.Write(text.EndsWith('\n') ? text : text + "\n");
    }

    private static async Task<ExitCode> DeleteCacheAsync(Invocation invocation, CancellationToken token)
    {
        await invocation.Api.DeleteAsync($"{invocation.AppPath}/caches/deployment", token);
        invocation.Print.Say($"The build cache of {invocation.App} is empty.");
        return ExitCode.Success;
    }
}
