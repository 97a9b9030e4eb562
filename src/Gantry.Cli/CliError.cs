namespace Gantry.Cli;

/// <summary>A failure that ends the command: what happened, and what to do next.</summary>
internal sealed class CliError(ExitCode code, string message, string? hint = null, Exception? inner = null)
    : Exception(message, inner)
{
    public ExitCode Code { get; } = code;

    /// <summary>What the user can do about it, one or more lines.</summary>
    public string? Hint { get; } = hint;
}
