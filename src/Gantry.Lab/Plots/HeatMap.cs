using System.Globalization;
using System.Text;

namespace Gantry.Lab.Plots;

/// <summary>Use of hosts over time as colours: one path a colour, so that thousands of cells stay small.</summary>
internal static class HeatMap
{
    private const int MostColumns = 132, MostRows = 64;

    private const int Down = 12;

    /// <summary>Empty, ten steps to full, overloaded, down.</summary>
    private static readonly string[] _colours =
        ["#f4f5f7", "#e3eef9", "#c9e0f3", "#a4cce8", "#77b3dc", "#4d98cc", "#2f7cb8", "#3f9f7f", "#e8c33c", "#ee9a2e", "#e2662a", "#b3123a", "#8a8f98"];

    /// <param name="title">Above the map.</param>
    /// <param name="use">By moment, then host; NaN for a host that is down.</param>
    /// <param name="hours">How long all of it is.</param>
    public static string Draw(string title, IReadOnlyList<float[]> use, double hours)
    {
        var svg = new Svg(title);
        if (use.Count == 0 || use[0].Length == 0) return svg.ToString();
        var hosts = use[0].Length;
        // The busiest at the top.
        var order = Enumerable.Range(0, hosts).OrderByDescending(h => use.Sum(row => float.IsNaN(row[h]) ? 0 : row[h])).ToArray();
        var (columns, rows) = (Math.Min(MostColumns, use.Count), Math.Min(MostRows, hosts));
        var (width, height) = (Svg.PlotWidth / (double)columns, Svg.PlotHeight / (double)rows);
        var paths = _colours.Select(_ => new StringBuilder()).ToArray();
        for (var y = 0; y < rows; y++)
        {
            var band = order[(y * hosts / rows)..((y + 1) * hosts / rows)];
            for (var x = 0; x < columns;)
            {
                var (from, level) = (x, Level(use, band, x, columns));
                while (++x < columns && Level(use, band, x, columns) == level) { }
                if (level > 0) paths[level].Append(CultureInfo.InvariantCulture, $"M{Svg.Left + from * width:0.#} {Svg.Top + y * height:0.##}h{(x - from) * width:0.#}v{height:0.##}h-{(x - from) * width:0.#}z");
            }
        }

        svg.Rectangle(Svg.Left, Svg.Top, Svg.PlotWidth, Svg.PlotHeight, $"fill=\"{_colours[0]}\"");
        for (var level = 1; level < paths.Length; level++)
            if (paths[level].Length > 0) svg.Path(paths[level].ToString(), $"fill=\"{_colours[level]}\" shape-rendering=\"crispEdges\"");
        for (var i = 0; i <= 4; i++) svg.Text(Svg.X(i, 4), Svg.Height - Svg.Bottom + 14, string.Create(CultureInfo.InvariantCulture, $"{hours * i / 4:0.#}"), Svg.Tick(i));
        svg.Names("hours", string.Create(CultureInfo.InvariantCulture, $"{hosts} hosts, busiest on top"));
        return svg.ToString();
    }

    /// <summary>The colours with their meaning, as HTML.</summary>
    public static string Legend()
    {
        var text = new StringBuilder("<p class=\"legend\">");
        for (var level = 0; level < _colours.Length; level++)
        {
            var name = level switch { 0 => "unused", <= 10 => $"to {10 * level} %", 11 => "overloaded", _ => "down" };
            text.Append(CultureInfo.InvariantCulture, $"<span><i style=\"background:{_colours[level]}\"></i>{name}</span>");
        }

        return text.Append("</p>\n").ToString();
    }

    /// <summary>Mean of what falls into one cell; a host that is down or overloaded for most of it wins.</summary>
    private static int Level(IReadOnlyList<float[]> use, int[] band, int column, int columns)
    {
        double sum = 0;
        int counted = 0, down = 0, over = 0;
        for (var t = column * use.Count / columns; t < Math.Max(column * use.Count / columns + 1, (column + 1) * use.Count / columns); t++)
        {
            foreach (var host in band)
            {
                var value = use[t][host];
                if (float.IsNaN(value)) down++;
                else (sum, counted, over) = (sum + value, counted + 1, over + (value > 1 ? 1 : 0));
            }
        }

        if (down > counted) return Down;
        if (2 * over > counted) return Down - 1;
        return sum <= 0 ? 0 : Math.Clamp((int)Math.Ceiling(sum / counted * 10), 1, 10);
    }
}
