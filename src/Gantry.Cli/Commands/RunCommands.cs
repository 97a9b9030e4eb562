using System.CommandLine;
using Gantry.Cli.Attach;
using Gantry.Cli.CommandLine;
using Gantry.Cli.Containers;
using Gantry.Contracts.V1;

namespace Gantry.Cli.Commands;

internal static class RunCommands
{
    private static readonly Argument<string[]> Words = new("command") { Description = "The command and its arguments", Arity = ArgumentArity.ZeroOrMore };
    private static readonly Option<bool> Detached = new("--detached", "-d") { Description = "Run in the background; its output goes to the app's log" };
    private static readonly Option<string?> Size = new("--size", "-s") { Description = "Container size (default: M)", HelpName = "SIZE" };
    private static readonly Option<string?> Type = new("--type", "-t") { Description = "Run this process type's command, with COMMAND as further arguments", HelpName = "TYPE" };
    private static readonly Option<string[]> Env = new("--env", "-e") { Description = "A further variable; just NAME takes its value from here", HelpName = "NAME=VALUE" };
    private static readonly Option<string[]> Files = new("--file", "-f") { Description = "Send a file to /tmp/uploads first", HelpName = "PATH" };
    private static readonly Option<bool> Silent = new("--silent") { Description = "Print nothing but what the command prints" };

    public static IEnumerable<Command> Create(CommandFactory factory) =>
    [
        factory.Create(
            new GantryCommand("Containers", "run", "Run a command in a new container of the app")
            {
                PassesThrough = true,
                Details =
                    "Options of gantry come before the command; all that follows belongs to it. It has the app's code and " +
                    "variables, and is run by bash. This terminal becomes its terminal; input from a pipe ends with the " +
                    "end-of-file key. The exit code is the command's own.",
                Examples =
                [
                    "gantry run bash",
                    "gantry run --app my-app rails db:migrate",
                    "gantry run 'echo $PORT | tee /tmp/port'",
                    "gantry run python manage.py shell < script.py",
                    "gantry run --detached --size XL node import.js",
                    "gantry run --type worker -- --once",
                ],
            },
            RunAsync, Words, Detached, Size, Type, Env, Files, Silent),
    ];

    private static async Task<ExitCode> RunAsync(Invocation invocation, CancellationToken token)
    {
        var detached = invocation.Get(Detached);
        if (invocation.Json && !detached)
            throw new CliError(ExitCode.Usage, "--format json needs --detached: an attached command prints what it likes.");
        var files = FindFiles(invocation, detached);
        var request = new RunRequest
        {
            Command = await CommandAsync(invocation, token),
            Env = OneOffEnvironment.Build(invocation.Get(Env), invocation.Shell),
            Size = invocation.Get(Size)?.ToUpperInvariant(),
            Detached = detached,
            HasUploads = files.Count > 0,
        };
        var reply = await invocation.Api.PostAsync($"{invocation.AppPath}/run", request, V1Json.Default.RunRequest, V1Json.Default.RunReply, token);
        return detached ? Detach(invocation, reply) : await AttachAsync(invocation, reply, files, token);
    }

    /// <summary>Full paths, looked at before a container is started for them.</summary>
    private static IReadOnlyList<string> FindFiles(Invocation invocation, bool detached)
    {
        var files = invocation.Get(Files);
        if (detached && files.Length > 0)
            throw new CliError(ExitCode.Usage, "--file needs an attached command: a detached one starts at once.");
        return [.. files.Select(file => Path.Combine(invocation.Shell.WorkingDirectory, file) is var path && File.Exists(path) ? path : throw NoFile(file, path))];
    }

    private static CliError NoFile(string file, string path) => Directory.Exists(path)
        ? new CliError(ExitCode.BadInput, $"{file} is a folder.", "Send it as one file: tar -czf folder.tar.gz FOLDER")
        : new CliError(ExitCode.BadInput, $"There is no file {file}.");

    private static async Task<string> CommandAsync(Invocation invocation, CancellationToken token)
    {
        var words = OneOffCommand.Join(invocation.Get(Words));
        if (invocation.Get(Type) is { } type)
            return $"{await CommandOfAsync(invocation, type, token)} {words}".TrimEnd();
        return words.Length > 0 ? words : throw new CliError(ExitCode.Usage, "There is no command to run.", "gantry run COMMAND, for example: gantry run bash");
    }

    private static async Task<string> CommandOfAsync(Invocation invocation, string type, CancellationToken token)
    {
        var formation = (await invocation.Api.GetAsync($"{invocation.AppPath}/containers", V1Json.Default.FormationReply, token)).Containers;
        return formation.FirstOrDefault(f => f.Name == type)?.Command
            ?? throw new CliError(ExitCode.NotFound, $"There is no process type {type}.", "The types are: " + string.Join(", ", formation.Select(f => f.Name)));
    }

    private static ExitCode Detach(Invocation invocation, RunReply reply)
    {
        var label = reply.Container.Label;
        invocation.Print.Result(reply.Container, V1Json.Default.ContainerResource, () => invocation.Print.Data(label));
        if (!invocation.Get(Silent))
            invocation.Print.Say($"Its output: gantry logs -f --filter {label} --app {invocation.App}; end it: gantry one-off-stop {label} --app {invocation.App}");
        return ExitCode.Success;
    }

    private static async Task<ExitCode> AttachAsync(Invocation invocation, RunReply reply, IReadOnlyList<string> files, CancellationToken token)
    {
        var attaching = false;
        if (!invocation.Get(Silent))
            invocation.Print.Say($"Starting {reply.Container.Label} ({reply.Container.ContainerSize?.Name}) of {invocation.App}…");
        try
        {
            var operation = await Operations.WaitAsync(invocation, reply.Operation ?? reply.OperationUrl, token);
            var address = operation.StartOneOffData?.AttachUrl ?? reply.AttachUrl
                ?? throw new CliError(ExitCode.ServerFault, "The server started the one-off but did not tell where to attach.");
            var session = new AttachedSession(invocation.Shell, invocation.Api, new Uri(address));
            foreach (var file in files)
                await session.UploadAsync(file, token);
            attaching = true;
            return await session.RunAsync(token);
        }
        catch (Exception) when (!attaching || token.IsCancellationRequested)
        {
            await StopAsync(invocation, reply.Container);
            throw;
        }
    }

    /// <summary>Whoever interrupts us means the command, too; and one that nobody will attach to would only wait.</summary>
    private static async Task StopAsync(Invocation invocation, ContainerResource container)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        try
        {
            await invocation.Api.StartAsync($"{invocation.AppPath}/containers/{container.Id}/stop", new RestartRequest([]), V1Json.Default.RestartRequest, limit.Token);
            invocation.Print.Say($"{container.Label} is stopping.");
        }
        catch (Exception e) when (e is CliError or OperationCanceledException)
        {
            invocation.Print.Say($"{container.Label} could not be stopped ({e.Message}); it may still run: gantry one-off-stop {container.Label} --app {invocation.App}");
        }
    }
}
