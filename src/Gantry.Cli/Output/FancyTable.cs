using System.Text;
using Spectre.Console;

namespace Gantry.Cli.Output;

/// <summary>Tables for a person at a terminal.</summary>
internal static class FancyTable
{
    public static void Write(Shell shell, IReadOnlyList<string> titles, IReadOnlyList<IReadOnlyList<Cell>> rows)
    {
        var table = new Table { Border = TableBorder.Rounded };
        foreach (var title in titles)
            table.AddColumn(new TableColumn(new Markup(Markup.Escape(title), new Style(decoration: Decoration.Bold))));
        foreach (var row in rows)
            table.AddRow(row.Select(cell => new Text(cell.Text, cell.Style is { } style ? Style.Parse(style) : Style.Plain)));
        Console(shell).Write(table);
    }

    private static IAnsiConsole Console(Shell shell) => AnsiConsole.Create(new AnsiConsoleSettings
    {
        Ansi = AnsiSupport.Yes,
        ColorSystem = ColorSystemSupport.Standard,
        Interactive = InteractionSupport.No,
        Out = new ShellOutput(shell),
        Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
    });

    /// <summary>The terminal as we know it; Spectre's own probing goes through <see cref="System.Console"/>.</summary>
    private sealed class ShellOutput(Shell shell) : IAnsiConsoleOutput
    {
        public TextWriter Writer => shell.Out;
        public bool IsTerminal => true;
        public int Width => shell.Width;
        public int Height => 24;

        public void SetEncoding(Encoding encoding)
        {
            // Always UTF-8: see ProcessShell.
        }
    }
}
