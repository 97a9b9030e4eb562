using System.CommandLine;

namespace Gantry.Cli.Completion;

/// <summary>What can follow each command, as both scripts need it.</summary>
/// <param name="Path">Empty for the top, else <c>admin doctor</c>.</param>
internal sealed record CompletionEntry(string Path, IReadOnlyList<(string Name, string Description)> Commands, IReadOnlyList<(string Name, string Description)> Options);

internal static class CompletionTable
{
    public static IReadOnlyList<CompletionEntry> Of(RootCommand root) => [.. Walk(root, "", root)];

    private static IEnumerable<CompletionEntry> Walk(Command command, string path, RootCommand root)
    {
        yield return new CompletionEntry(path, Commands(command), Options(command, root));
        foreach (var sub in command.Subcommands.Where(c => !c.Hidden))
            foreach (var name in sub.Aliases.Prepend(sub.Name))
                foreach (var entry in Walk(sub, path.Length == 0 ? name : $"{path} {name}", root))
                    yield return entry;
    }

    private static List<(string, string)> Commands(Command command) =>
        [.. command.Subcommands.Where(c => !c.Hidden).SelectMany(c => c.Aliases.Prepend(c.Name).Select(name => (name, c.Description ?? "")))];

    private static List<(string, string)> Options(Command command, RootCommand root) =>
        [.. command.Options.Concat(root.Options.Where(o => o.Recursive)).DistinctBy(o => o.Name).Where(o => !o.Hidden && o.Name.StartsWith("--", StringComparison.Ordinal))
            .Select(o => (o.Name, o.Description ?? ""))];
}
