using System.Text;
using Spectre.Console;

namespace Gantry.Cli.Output;

/// <summary>
/// Tables for a person at a terminal. Words are never broken, so that addresses and IDs can be copied: a last column of
/// several words is wrapped, and what is too wide even then is for <see cref="PlainTable"/>.
/// </summary>
internal static class FancyTable
{
    /// <summary>A border, and a space on either side, for each column.</summary>
    private const int Frame = 3;

    /// <summary>False, with nothing written, when it does not fit.</summary>
    public static bool TryWrite(Shell shell, IReadOnlyList<string> titles, IReadOnlyList<IReadOnlyList<Cell>> rows)
    {
        var columns = titles.Select((title, i) => rows.Select(r => r[i].Text).Append(title).ToList()).ToList();
        var room = shell.Width - 1 - columns.SkipLast(1).Sum(c => c.Max(Width) + Frame) - Frame;
        if (columns[^1].Max(LongestWord) > room)
            return false;
        var table = new Table { Border = TableBorder.Rounded };
        foreach (var title in titles)
            table.AddColumn(new TableColumn(new Markup(Markup.Escape(title), new Style(decoration: Decoration.Bold))));
        table.Columns[^1].Width = Math.Min(room, columns[^1].Max(Width));
        foreach (var row in rows)
            table.AddRow(row.Select(cell => new Text(cell.Text, cell.Style is { } style ? Style.Parse(style) : Style.Plain)));
        Console(shell).Write(table);
        return true;
    }

    private static int Width(string text) => text.GetCellWidth();

    private static int LongestWord(string text) => text.Split(' ').Max(Width);

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
