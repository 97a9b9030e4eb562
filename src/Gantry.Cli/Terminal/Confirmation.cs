namespace Gantry.Cli.Terminal;

/// <summary>Makes sure that a person means it.</summary>
internal static class Confirmation
{
    /// <param name="unattended">How a script says it.</param>
    public static void DemandName(Shell shell, string app, string unattended)
    {
        if (!shell.InIsTerminal)
            throw new CliError(ExitCode.NotConfirmed, $"Destroying {app} wants a confirmation, and there is no terminal to ask.", $"In scripts: {unattended}");
        shell.Error.WriteLine($"This deletes {app} with its variables, images, logs and history, for good.");
        if (Prompt.Line(shell, "Type its name to confirm: ") != app)
            throw new CliError(ExitCode.NotConfirmed, "That is not its name; nothing was deleted.");
    }
}
