using System.CommandLine;

namespace Gantry.Cli.CommandLine;

internal enum OutputFormat
{
    Table,
    Json,

    /// <summary>Only of commands that are exports, see <see cref="GantryCommand.PrintsCsv"/>.</summary>
    Csv,
}

/// <summary>The options that every command takes.</summary>
internal sealed class GlobalOptions
{
    public Option<string?> App { get; } = new("--app", "-a")
    {
        Description = "The app (default: $GANTRY_APP, else the git remote “gantry”)",
        HelpName = "NAME",
        Recursive = true,
    };

    public Option<OutputFormat> Format { get; } = new("--format")
    {
        Description = "table for people, json for programs (default: table)",
        HelpName = "table|json",
        Recursive = true,
    };

    public Option<string?> Url { get; } = new("--url")
    {
        Description = "The server (default: $GANTRY_URL, else that of the last login)",
        HelpName = "URL",
        Recursive = true,
    };

    public IReadOnlyList<Option> All => [App, Format, Url];
}
