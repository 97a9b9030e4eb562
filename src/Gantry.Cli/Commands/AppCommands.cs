using System.CommandLine;
using Gantry.Cli.CommandLine;
using Gantry.Cli.Git;
using Gantry.Cli.Output;
using Gantry.Cli.Terminal;
using Gantry.Contracts.V1;

namespace Gantry.Cli.Commands;

internal static class AppCommands
{
    private const string Group = "Apps";

    private static readonly Argument<string> NewName = new("name") { Description = "6 to 48 of a-z, 0-9 and single hyphens" };
    private static readonly Argument<string?> OldName = new("app") { Description = "The app, instead of --app", Arity = ArgumentArity.ZeroOrOne };
    private static readonly Option<string?> Stack = new("--stack") { Description = "Base image (default: the platform's; see gantry stacks)", HelpName = "STACK" };
    private static readonly Option<string?> Buildpack = new("--buildpack") { Description = "Set BUILDPACK_URL", HelpName = "URL" };
    private static readonly Option<bool> NoRemote = new("--no-remote") { Description = "Do not add the git remote “gantry” to this repository" };
    private static readonly Option<bool> Force = new("--force") { Description = "Do not ask" };
    private static readonly Option<bool> NamesOnly = new("--names") { Description = "Print the names only" };
    private static readonly Option<bool> Overwrite = new("--force") { Description = "Replace a remote of this name" };
    private static readonly Option<string> Remote = new("--remote", "-r")
    {
        Description = "Name of the git remote (default: gantry)",
        HelpName = "NAME",
        DefaultValueFactory = _ => GitRepository.DefaultRemote,
    };

    public static IEnumerable<Command> Create(CommandFactory factory) =>
    [
        factory.Create(
            new GantryCommand(Group, "create", "Create an app")
            {
                Details = "In a git repository without a remote “gantry”, that remote is added, so that `git push gantry main` deploys.",
                Examples = ["gantry create my-app", "gantry create my-app --buildpack https://github.com/me/buildpack.git#main"],
            },
            CreateAsync, NewName, Stack, Buildpack, NoRemote),
        factory.Create(
            new GantryCommand(Group, "apps", "List your apps") { Examples = ["gantry apps", "gantry apps --format json | jq -r '.[].name'"] },
            ListAsync, NamesOnly),
        factory.Create(
            new GantryCommand(Group, "info", "Show an app: its address, its status, its git URL")
            {
                Examples = ["gantry info --app my-app", "gantry info --format json | jq -r .url"],
            },
            InfoAsync),
        factory.Create(
            new GantryCommand(Group, "rename", "Rename an app")
            {
                Details = "Its address and its git URL change with it; the remote “gantry” of this repository is updated when it was this app's.",
                Examples = ["gantry rename new-name --app my-app"],
            },
            RenameAsync, NewName),
        factory.Create(
            new GantryCommand(Group, "destroy", "Delete an app and all that belongs to it")
            {
                Details = "Asks for the name of the app. Nothing can be brought back afterwards.",
                Examples = ["gantry destroy my-app", "gantry destroy my-app --force   # for scripts"],
            },
            DestroyAsync, OldName, Force),
        factory.Create(
            new GantryCommand(Group, "git-setup", "Add the app as a git remote of this repository")
            {
                Examples = ["gantry git-setup --app my-app", "gantry git-setup --app my-app --remote staging"],
            },
            GitSetupAsync, Remote, Overwrite),
        OpenCommand.Create(factory),
    ];

    public static async Task<AppResource> FetchAsync(Invocation invocation, CancellationToken token) =>
        (await invocation.Api.GetAsync(invocation.AppPath, V1Json.Default.AppReply, token)).App;

    private static async Task<ExitCode> CreateAsync(Invocation invocation, CancellationToken token)
    {
        var request = new CreateAppRequest(new CreateAppBody { Name = invocation.Get(NewName), StackId = await StackIdAsync(invocation, token) });
        var app = (await invocation.Api.PostAsync("/v1/apps", request, V1Json.Default.CreateAppRequest, V1Json.Default.AppReply, token)).App;
        if (invocation.Get(Buildpack) is { } buildpack)
            await SetBuildpackAsync(invocation, app, buildpack, token);
        invocation.Print.Done(app, V1Json.Default.AppResource, $"App {app.Name} is created; it will answer at {app.Url}");
        if (!invocation.Get(NoRemote))
            LinkRepository(invocation, app);
        return ExitCode.Success;
    }

    private static async Task<string?> StackIdAsync(Invocation invocation, CancellationToken token) =>
        invocation.Get(Stack) is { } name ? (await PlatformCommands.FindStackAsync(invocation, name, token)).Id : null;

    private static Task<VariableReply> SetBuildpackAsync(Invocation invocation, AppResource app, string url, CancellationToken token) =>
        invocation.Api.PostAsync($"/v1/apps/{app.Id}/variables", new VariableRequest(new VariableResource(null, "BUILDPACK_URL", url)),
            V1Json.Default.VariableRequest, V1Json.Default.VariableReply, token);

    private static void LinkRepository(Invocation invocation, AppResource app)
    {
        var repository = new GitRepository(invocation.Shell.WorkingDirectory);
        if (!repository.Exists)
            invocation.Print.Say($"Deploy a folder with: gantry deploy --app {app.Name} FOLDER");
        else if (repository.RemoteAddress(GitRepository.DefaultRemote) is { } other)
            invocation.Print.Say($"The git remote “gantry” is already {other}; to change it: gantry git-setup --app {app.Name} --force");
        else
        {
            repository.SetRemote(GitRepository.DefaultRemote, app.GitUrl);
            invocation.Print.Say("The git remote “gantry” is added. Deploy with: git push gantry main");
        }
    }

    private static async Task<ExitCode> ListAsync(Invocation invocation, CancellationToken token)
    {
        var apps = (await invocation.Api.GetAsync("/v1/apps", V1Json.Default.AppsReply, token)).Apps;
        invocation.Print.Result(apps, V1Json.Default.IReadOnlyListAppResource, () =>
        {
            if (invocation.Get(NamesOnly))
                invocation.Shell.Out.Write(string.Concat(apps.Select(a => a.Name + "\n")));
            else if (apps.Count == 0)
                invocation.Print.Say("You have no apps yet. Create one: gantry create NAME");
            else
                invocation.Print.Table(["Name", "Status", "Last deployed", "Address"],
                    [.. apps.Select(a => (Cell[])[a.Name, Cell.Status(a.Status), Human.Ago(a.LastDeployedAt, invocation.Shell.Time), a.Url])]);
        });
        return ExitCode.Success;
    }

    private static async Task<ExitCode> InfoAsync(Invocation invocation, CancellationToken token)
    {
        var app = await FetchAsync(invocation, token);
        invocation.Print.Result(app, V1Json.Default.AppResource, () => invocation.Print.Details(
        [
            ("Name", app.Name),
            ("Status", Cell.Status(app.Status)),
            ("Address", app.Url),
            ("Git", app.GitUrl),
            ("Owner", $"{app.Owner.Username} <{app.Owner.Email}>"),
            ("Region", app.Region),
            ("Stack", app.StackId),
            ("Created", Human.Time(app.CreatedAt)),
            ("Last deployed", app.LastDeployedAt is { } at ? $"{Human.Time(at)} by {app.LastDeployedBy}" : "never"),
            ("Force HTTPS", Human.YesNo(app.ForceHttps)),
            ("Sticky sessions", Human.YesNo(app.StickySession)),
            ("Router logs", Human.YesNo(app.RouterLogs)),
            ("ID", app.Id),
        ]));
        return ExitCode.Success;
    }

    private static async Task<ExitCode> RenameAsync(Invocation invocation, CancellationToken token)
    {
        var before = await FetchAsync(invocation, token);
        var request = new RenameAppRequest(before.Name, invocation.Get(NewName));
        var app = (await invocation.Api.PostAsync($"{invocation.AppPath}/rename", request, V1Json.Default.RenameAppRequest, V1Json.Default.AppReply, token)).App;
        var repository = new GitRepository(invocation.Shell.WorkingDirectory);
        if (repository.RemoteAddress(GitRepository.DefaultRemote) == before.GitUrl)
            repository.SetRemote(GitRepository.DefaultRemote, app.GitUrl);
        invocation.Print.Done(app, V1Json.Default.AppResource, $"{before.Name} is now {app.Name}: {app.Url}");
        return ExitCode.Success;
    }

    private static async Task<ExitCode> DestroyAsync(Invocation invocation, CancellationToken token)
    {
        var name = invocation.Get(OldName) ?? (invocation.HasAppOption ? invocation.App : throw new CliError(
            ExitCode.Usage, "Name the app to destroy.", "gantry destroy NAME"));
        var path = $"/v1/apps/{Uri.EscapeDataString(name)}";
        var app = (await invocation.Api.GetAsync(path, V1Json.Default.AppReply, token)).App;
        if (!invocation.Get(Force))
            Confirmation.DemandName(invocation.Shell, app.Name, "gantry destroy NAME --force");
        await invocation.Api.DeleteAsync($"{path}?current_name={Uri.EscapeDataString(app.Name)}", token);
        invocation.Print.Done(app, V1Json.Default.AppResource, $"App {app.Name} is destroyed.");
        return ExitCode.Success;
    }

    private static async Task<ExitCode> GitSetupAsync(Invocation invocation, CancellationToken token)
    {
        var repository = new GitRepository(invocation.Shell.WorkingDirectory);
        if (!repository.Exists)
            throw new CliError(ExitCode.BadInput, $"{invocation.Shell.WorkingDirectory} is not in a git repository.", "Make one: git init");
        var app = await FetchAsync(invocation, token);
        var remote = invocation.Get(Remote);
        if (repository.RemoteAddress(remote) is { } other && other != app.GitUrl && !invocation.Get(Overwrite))
            throw new CliError(ExitCode.Refused, $"The git remote “{remote}” is already {other}.", "Replace it: gantry git-setup --force, or choose a name: --remote NAME");
        repository.SetRemote(remote, app.GitUrl);
        invocation.Print.Done(app, V1Json.Default.AppResource, $"The git remote “{remote}” is {app.GitUrl}. Deploy with: git push {remote} main");
        return ExitCode.Success;
    }
}
