using System.CommandLine;
using Gantry.Cli.CommandLine;
using Gantry.Cli.Http;
using Gantry.Cli.Output;

namespace Gantry.Cli.Commands;

internal static class HelpCommands
{
    private static readonly Argument<string[]> Topic = new("topic") { Description = "A command, or exit-codes", Arity = ArgumentArity.ZeroOrMore };

    public static GantryCommand Create(CommandFactory factory, RootCommand root)
    {
        root.Add(factory.Create(
            new GantryCommand("Help", "version", "Show the version") { Examples = ["gantry version"] },
            (invocation, _) => Version(invocation)));
        return factory.Create(
            new GantryCommand("Help", "help", "Show the help of a command or a topic") { Examples = ["gantry help deploy", "gantry help admin doctor", "gantry help exit-codes"] },
            (invocation, _) => Task.FromResult(Help(invocation, root)), Topic);
    }

    private static Task<ExitCode> Version(Invocation invocation)
    {
        invocation.Print.Data($"gantry {HttpClients.Version}");
        return Task.FromResult(ExitCode.Success);
    }

    private static ExitCode Help(Invocation invocation, Command root)
    {
        var topic = invocation.Get(Topic);
        if (topic is ["exit-codes"])
            return ExitCodes(invocation);
        var command = topic.Aggregate((Command?)root, (at, word) => at?.Subcommands.FirstOrDefault(c => c.Name == word || c.Aliases.Contains(word)))
            ?? throw new CliError(ExitCode.Usage, $"There is no command “{string.Join(' ', topic)}”.", "All commands: gantry help");
        HelpText.Write(command, invocation.Shell);
        return ExitCode.Success;
    }

    private static ExitCode ExitCodes(Invocation invocation)
    {
        invocation.Print.Table(["Code", "Name", "Meaning"], [.. ExitCodeTexts.All.Select(e => (Cell[])[(int)e.Code, e.Code.ToString(), e.Meaning])]);
        invocation.Print.Say("gantry run passes the exit code of its command through.");
        return ExitCode.Success;
    }
}
