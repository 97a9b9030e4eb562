namespace Gantry.Cli.Output;

/// <summary>
/// Columns for pipes, files and narrow terminals: two spaces between, no borders, nothing cut, so that awk and grep are
/// happy.
/// </summary>
internal static class PlainTable
{
    public static void Write(Shell shell, IReadOnlyList<string> titles, IReadOnlyList<IReadOnlyList<Cell>> rows)
    {
        var widths = titles.Select((title, i) => rows.Select(r => r[i].Text.Length).Append(title.Length).Max()).ToArray();
        WriteRow(shell, [.. titles.Select(t => new Cell(t.ToUpperInvariant(), "bold"))], widths);
        foreach (var row in rows)
            WriteRow(shell, row, widths);
    }

    private static void WriteRow(Shell shell, IReadOnlyList<Cell> cells, int[] widths) => shell.Out.WriteLine(
        string.Join("  ", cells.Select((cell, i) => Paint(shell, cell) + new string(' ', widths[i] - cell.Text.Length))).TrimEnd());

    private static string Paint(Shell shell, Cell cell) => shell.Colours ? Ansi.Paint(cell.Text, cell.Style) : cell.Text;
}
