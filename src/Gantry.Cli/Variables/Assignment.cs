using Gantry.Cli.Output;

namespace Gantry.Cli.Variables;

/// <summary>A <c>NAME=VALUE</c> of the command line; the value is everything after the first <c>=</c>.</summary>
internal static class Assignment
{
    public static NameValue Parse(string text)
    {
        var at = text.IndexOf('=');
        if (at < 1)
            throw new CliError(ExitCode.Usage, $"“{text}” is not of the form NAME=VALUE.", "Remove a variable with: gantry env-unset NAME");
        return new NameValue(text[..at], text[(at + 1)..]);
    }
}
