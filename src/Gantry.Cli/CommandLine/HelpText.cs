using System.CommandLine;

namespace Gantry.Cli.CommandLine;

/// <summary>The help of a command: what it does, how it is written, what it takes, and examples to copy.</summary>
internal static class HelpText
{
    /// <summary>Longer lines are hard to read.</summary>
    private const int Broadest = 100;

    public static void Write(Command command, Shell shell)
    {
        var output = shell.Out;
        output.WriteLine(command.Description);
        Section(shell, "Usage", [Usage(command)]);
        if (command is GantryCommand { Details: { } details })
            Paragraphs(shell, details);
        WriteSubcommands(command, shell);
        Columns(shell, "Arguments", command.Arguments.Where(a => !a.Hidden).Select(a => (Label(a), a.Description)));
        Columns(shell, "Options", Own(command).Select(o => (Label(o), o.Description)));
        if (command is GantryCommand { Examples: { Count: > 0 } examples })
            Section(shell, "Examples", examples);
        Columns(shell, "Everywhere", Inherited(command).Select(o => (Label(o), o.Description)));
        if (command is RootCommand)
            Section(shell, "More", ["gantry COMMAND --help     what a command takes, with examples", "gantry help exit-codes    what the exit codes mean"]);
    }

    public static string PathOf(Command command) =>
        string.Join(' ', command.Parents.OfType<Command>().Take(1).Select(PathOf).Append(command is RootCommand ? "gantry" : command.Name));

    private static string Usage(Command command)
    {
        var parts = new List<string> { PathOf(command) };
        if (command.Subcommands.Count > 0)
            parts.Add("COMMAND");
        if (Own(command).Any())
            parts.Add("[options]");
        parts.AddRange(command.Arguments.Where(a => !a.Hidden).Select(Label));
        return string.Join(' ', parts);
    }

    private static void WriteSubcommands(Command command, Shell shell)
    {
        foreach (var group in command.Subcommands.Where(c => !c.Hidden).GroupBy(c => (c as GantryCommand)?.Group ?? "Commands"))
            Columns(shell, group.Key, group.Select(c => (string.Join(", ", c.Aliases.Prepend(c.Name)), c.Description)));
    }

    private static IEnumerable<Option> Own(Command command) =>
        command is RootCommand ? [] : command.Options.Where(o => !o.Hidden && !o.Recursive);

    private static IEnumerable<Option> Inherited(Command command)
    {
        Symbol root = command;
        while (root.Parents.FirstOrDefault() is { } parent)
            root = parent;
        return ((Command)root).Options.Where(o => o.Recursive && !o.Hidden);
    }

    private static string Label(Argument argument)
    {
        var name = argument.HelpName ?? argument.Name.ToUpperInvariant();
        var many = argument.Arity.MaximumNumberOfValues > 1 ? "…" : "";
        return argument.Arity.MinimumNumberOfValues == 0 ? $"[{name}{many}]" : name + many;
    }

    private static string Label(Option option)
    {
        var names = string.Join(", ", option.Aliases.Append(option.Name).Where(n => n is not ("/?" or "/h" or "-?")).OrderBy(n => n.Length));
        return option.HelpName is { } value && option.Arity.MaximumNumberOfValues > 0 ? $"{names} {value}" : names;
    }

    private static void Paragraphs(Shell shell, string text)
    {
        shell.Out.WriteLine();
        foreach (var line in text.Split('\n').SelectMany(paragraph => Wrap(paragraph, Math.Min(shell.Width, Broadest))))
            shell.Out.WriteLine(line);
    }

    private static void Section(Shell shell, string title, IEnumerable<string> lines)
    {
        Title(shell, title);
        foreach (var line in lines)
            shell.Out.WriteLine("  " + line);
    }

    private static void Columns(Shell shell, string title, IEnumerable<(string Name, string? Text)> rows)
    {
        var all = rows.ToList();
        if (all.Count == 0)
            return;
        Title(shell, title);
        var width = Math.Min(26, all.Max(r => r.Name.Length));
        foreach (var (name, text) in all)
            Entry(shell, name, width, text ?? "");
    }

    private static void Entry(Shell shell, string name, int width, string text)
    {
        var lines = Wrap(text, Math.Max(30, shell.Width - width - 5));
        if (name.Length > width)
            shell.Out.WriteLine("  " + name);
        else
            shell.Out.WriteLine($"  {name.PadRight(width)}  {lines[0]}");
        foreach (var line in name.Length > width ? lines : lines.Skip(1))
            shell.Out.WriteLine(new string(' ', width + 4) + line);
    }

    private static List<string> Wrap(string text, int width)
    {
        var lines = new List<string> { "" };
        foreach (var word in text.Split(' '))
            if (lines[^1].Length == 0)
                lines[^1] = word;
            else if (lines[^1].Length + 1 + word.Length > width)
                lines.Add(word);
            else
                lines[^1] += " " + word;
        return lines;
    }

    private static void Title(Shell shell, string title) =>
        shell.Out.WriteLine("\n" + (shell.Colours ? Output.Ansi.Paint(title + ":", "bold") : title + ":"));
}
