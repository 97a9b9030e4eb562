using System.CommandLine;

namespace Gantry.Cli.CommandLine;

/// <summary>Tells what is wrong with a command line, and the nearest thing that would be right.</summary>
internal static class UsageErrors
{
    public static ExitCode Report(ParseResult parsed, Shell shell)
    {
        var command = parsed.CommandResult.Command;
        var path = HelpText.PathOf(command);
        foreach (var message in parsed.Errors.Select(e => e.Message).Distinct().Take(3))
            shell.Error.WriteLine($"error: {message}");
        if (parsed.UnmatchedTokens.FirstOrDefault() is { } unknown && Nearest(command, unknown) is { } near)
            shell.Error.WriteLine($"       Did you mean: {path} {near}");
        shell.Error.WriteLine($"       Help and examples: {path} --help");
        return ExitCode.Usage;
    }

    private static string? Nearest(Command command, string word) => command.Subcommands.Where(c => !c.Hidden)
        .SelectMany(c => c.Aliases.Prepend(c.Name))
        .Concat(command.Options.Where(o => !o.Hidden).Select(o => o.Name))
        .Select(name => (Name: name, Distance: Distance(word, name)))
        .Where(c => c.Distance <= Math.Max(1, word.Length / 3) || c.Name.StartsWith(word, StringComparison.Ordinal))
        .OrderBy(c => c.Distance)
        .Select(c => c.Name).FirstOrDefault();

    /// <summary>Levenshtein.</summary>
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)));
        }

        return row[^1];
    }
}
