using System.CommandLine;
using System.CommandLine.Help;
using Gantry.Cli.Commands;

namespace Gantry.Cli.CommandLine;

/// <summary>All commands.</summary>
internal static class CommandTree
{
    public static RootCommand Build(Shell shell)
    {
        var globals = new GlobalOptions();
        var root = new RootCommand("gantry: deploy and run apps on a Gantry platform.");
        foreach (var option in globals.All)
            root.Add(option);
        var factory = new CommandFactory(shell, globals);
        foreach (var command in Commands(factory))
            root.Add(command);
        root.Add(HelpCommands.Create(factory, root));
        root.Add(CompletionCommand.Create(factory, root));
        root.SetAction(_ => ShowHelp(root, shell));
        UseOwnHelp(root, shell);
        return root;
    }

    private static IEnumerable<Command> Commands(CommandFactory factory) =>
    [
        .. AccountCommands.Create(factory),
        .. AppCommands.Create(factory),
        .. DeploymentCommands.Create(factory),
        .. VariableCommands.Create(factory),
        .. ContainerCommands.Create(factory),
        .. LogCommands.Create(factory),
        .. LogArchiveCommands.Create(factory),
        .. LogDrainCommands.Create(factory),
        .. RunCommands.Create(factory),
        .. KeyCommands.Create(factory),
        .. PlatformCommands.Create(factory),
        HostCommands.Create(factory),
        AdminCommands.Create(factory),
    ];

    private static int ShowHelp(RootCommand root, Shell shell)
    {
        HelpText.Write(root, shell);
        return (int)ExitCode.Success;
    }

    private static void UseOwnHelp(RootCommand root, Shell shell)
    {
        foreach (var option in root.Options)
            if (option is HelpOption help)
            {
                help.Description = "Show this help";
                help.Action = new HelpAction(shell);
            }
            else if (option is VersionOption version)
            {
                version.Hidden = true;
                version.Action = new VersionAction(shell);
            }
    }

    private sealed class VersionAction(Shell shell) : System.CommandLine.Invocation.SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            shell.Out.WriteLine($"gantry {Http.HttpClients.Version}");
            return (int)ExitCode.Success;
        }
    }
}
