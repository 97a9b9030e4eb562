using System.CommandLine;

namespace Gantry.Cli.CommandLine;

/// <summary>What a command does; its value becomes the exit code of the process.</summary>
internal delegate Task<ExitCode> CommandHandler(Invocation invocation, CancellationToken token);

/// <summary>A command with what its help and its completion need beyond System.CommandLine.</summary>
internal sealed class GantryCommand(string group, string name, string description) : Command(name, description)
{
    /// <summary>The heading it is listed under in <c>gantry --help</c>.</summary>
    public string Group { get; } = group;

    /// <summary>Complete command lines, each with a comment after two spaces and <c>#</c> if it needs one.</summary>
    public IReadOnlyList<string> Examples { get; init; } = [];

    /// <summary>Paragraphs between the description and the options.</summary>
    public string? Details { get; init; }

    /// <summary>True for exports, which also know <c>--format csv</c>.</summary>
    public bool PrintsCsv { get; init; }

    /// <summary>Everything from the first argument on belongs to another program: its dashes are not our options.</summary>
    public bool PassesThrough { get; init; }
}
