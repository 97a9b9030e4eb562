namespace Gantry.Cli.Output;

/// <summary>Columns for pipes and files: two spaces between, no borders, nothing cut, so that awk and grep are happy.</summary>
internal static class PlainTable
{
    public static void Write(TextWriter output, IReadOnlyList<string> titles, IReadOnlyList<IReadOnlyList<Cell>> rows)
    {
        var widths = titles.Select((title, i) => rows.Select(r => r[i].Text.Length).Append(title.Length).Max()).ToArray();
        WriteRow(output, titles.Select(t => t.ToUpperInvariant()).ToList(), widths);
        foreach (var row in rows)
            WriteRow(output, row.Select(c => c.Text).ToList(), widths);
    }

    private static void WriteRow(TextWriter output, List<string> cells, int[] widths) =>
        output.WriteLine(string.Join("  ", cells.Select((cell, i) => cell.PadRight(widths[i]))).TrimEnd());
}
