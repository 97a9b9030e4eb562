using System.CommandLine;

namespace Gantry.Cli.CommandLine;

/// <summary>
/// Puts <c>--</c> before the first argument of a command like <c>run</c>, so that the dashes of the program to run are its
/// own: <c>gantry run -s L ls -la</c>.
/// </summary>
internal static class PassThrough
{
    public static IReadOnlyList<string> Protect(Command root, string[] arguments)
    {
        Command command = root;
        for (var i = 0; i < arguments.Length; i++)
        {
            var word = arguments[i];
            if (word == "--")
                return arguments;
            if (word.StartsWith('-') && word.Length > 1)
                i += TakesValue(root, command, word) ? 1 : 0;
            else if (command.Subcommands.FirstOrDefault(c => c.Name == word || c.Aliases.Contains(word)) is { } sub)
                command = sub;
            else
                return command is GantryCommand { PassesThrough: true } ? [.. arguments[..i], "--", .. arguments[i..]] : arguments;
        }

        return arguments;
    }

    private static bool TakesValue(Command root, Command command, string word)
    {
        if (word.Contains('='))
            return false;
        var option = command.Options.Concat(root.Options).FirstOrDefault(o => o.Name == word || o.Aliases.Contains(word));
        return option is { Arity.MinimumNumberOfValues: > 0 };
    }
}
