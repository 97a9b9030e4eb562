using System.Globalization;
using System.Net;
using System.Text;

namespace Gantry.Lab.Plots;

/// <summary>A drawing as inline SVG, with a title above and an axis below and at the left.</summary>
internal sealed class Svg
{
    public const int Width = 460, Height = 240, Left = 52, Top = 26, Right = 10, Bottom = 36;

    private readonly StringBuilder _body = new();

    public Svg(string title) => Text(Left, 16, title, "class=\"title\"");

    public static int PlotWidth => Width - Left - Right;

    public static int PlotHeight => Height - Top - Bottom;

    public void Text(double x, double y, string text, string attributes = "") => Add($"<text x=\"{x:0.#}\" y=\"{y:0.#}\" {attributes}>{WebUtility.HtmlEncode(text)}</text>");

    public void Path(string d, string attributes) => Add($"<path d=\"{d}\" {attributes}/>");

    public void Rectangle(double x, double y, double width, double height, string attributes) =>
        Add($"<rect x=\"{x:0.#}\" y=\"{y:0.#}\" width=\"{width:0.#}\" height=\"{height:0.#}\" {attributes}/>");

    /// <summary>Lines and numbers of both axes.</summary>
    public void Axes(double maxX, double maxY, string unitX, string unitY)
    {
        for (var i = 0; i <= 4; i++)
        {
            var (x, y) = (X(maxX * i / 4, maxX), Y(maxY * i / 4, maxY));
            Path(string.Create(CultureInfo.InvariantCulture, $"M{Left} {y:0.#}H{Width - Right}"), "class=\"grid\"");
            Text(Left - 5, y + 3, Short(maxY * i / 4, maxY), "class=\"tick\" text-anchor=\"end\"");
            Text(x, Height - Bottom + 14, Short(maxX * i / 4, maxX), Tick(i));
        }

        Names(unitX, unitY);
    }

    /// <summary>Attributes of the number below the axis; the last one must not stand out of the picture.</summary>
    public static string Tick(int index) => $"class=\"tick\" text-anchor=\"{(index == 4 ? "end" : "middle")}\"";

    public void Names(string unitX, string unitY)
    {
        Text(Left + PlotWidth / 2.0, Height - 6, unitX, "class=\"axis\" text-anchor=\"middle\"");
        Text(0, 0, unitY, string.Create(CultureInfo.InvariantCulture, $"class=\"axis\" text-anchor=\"middle\" transform=\"translate(11 {Top + PlotHeight / 2}) rotate(-90)\""));
    }

    /// <summary>A line through points at equal distances from the left edge to the right.</summary>
    public void Line(IReadOnlyList<double> values, double maxY, string style)
    {
        if (values.Count == 0) return;
        var d = new StringBuilder();
        // More points than pixels are not seen.
        var step = Math.Max(1, values.Count / (2 * PlotWidth));
        for (var i = 0; i < values.Count; i += step)
            d.Append(CultureInfo.InvariantCulture, $"{(i == 0 ? 'M' : 'L')}{X(i, Math.Max(1, values.Count - 1)):0.#} {Y(values[i], maxY):0.#}");
        Path(d.ToString(), $"fill=\"none\" {style}");
    }

    public static double X(double value, double max) => Left + PlotWidth * value / Math.Max(1e-12, max);

    public static double Y(double value, double max) => Top + PlotHeight * (1 - value / Math.Max(1e-12, max));

    /// <summary>The next number above that reads well on an axis of four parts.</summary>
    public static double Round(double max)
    {
        if (!(max > 0)) return 1;
        var power = Math.Pow(10, Math.Floor(Math.Log10(max)));
        return new[] { 1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10 }.First(f => f * power >= max - 1e-9) * power;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\">{_body}</svg>\n");

    private static string Short(double value, double max) => value switch
    {
        >= 1e6 => string.Create(CultureInfo.InvariantCulture, $"{value / 1e6:0.##} M"),
        >= 1e4 => string.Create(CultureInfo.InvariantCulture, $"{value / 1e3:0.#} k"),
        _ when max is >= 4 and < 40 => string.Create(CultureInfo.InvariantCulture, $"{value:0.#}"),
        _ when max >= 40 => string.Create(CultureInfo.InvariantCulture, $"{value:0}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{value:0.##}"),
    };

    private void Add(FormattableString text) => _body.Append(text.ToString(CultureInfo.InvariantCulture));
}
