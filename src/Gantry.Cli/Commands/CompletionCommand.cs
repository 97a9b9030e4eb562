using System.CommandLine;
using Gantry.Cli.CommandLine;
using Gantry.Cli.Completion;

namespace Gantry.Cli.Commands;

internal static class CompletionCommand
{
    private static readonly Argument<string> ShellName = new("shell") { Description = "bash or zsh" };

    public static GantryCommand Create(CommandFactory factory, RootCommand root) => factory.Create(
        new GantryCommand("Help", "completion", "Print a completion script for bash or zsh")
        {
            Details = "Commands and options complete at once; the value of --app is asked from the server.",
            Examples =
            [
                "source <(gantry completion bash)                      # this shell",
                "gantry completion bash > /etc/bash_completion.d/gantry  # every bash",
                "gantry completion zsh > ~/.zfunc/_gantry              # with ~/.zfunc in $fpath",
            ],
        },
        (invocation, _) => Task.FromResult(Print(invocation, root)), ShellName);

    private static ExitCode Print(Invocation invocation, RootCommand root)
    {
        invocation.Shell.Out.Write(invocation.Get(ShellName) switch
        {
            "bash" => BashCompletion.Script(root),
            "zsh" => ZshCompletion.Script(root),
            var other => throw new CliError(ExitCode.Usage, $"There is no completion for “{other}”.", "There is one for bash and one for zsh."),
        });
        return ExitCode.Success;
    }
}
