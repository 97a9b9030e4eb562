using System.Globalization;
using System.Net;
using System.Text;
using Gantry.Lab.Simulation;

namespace Gantry.Lab.Plots;

/// <summary>A comparison as one HTML file that needs nothing else.</summary>
internal static class ComparisonPlot
{
    private const string Style = """
        body{font:14px/1.45 system-ui,sans-serif;color:#1c2330;background:#fff;margin:24px auto;max-width:1440px;padding:0 16px}
        h1{font-size:20px;margin:0 0 4px}h2{font-size:16px;margin:28px 0 6px}p{margin:4px 0 10px}
        .plots{display:grid;grid-template-columns:repeat(auto-fill,minmax(420px,1fr));gap:14px}
        svg{width:100%;height:auto;border:1px solid #e3e6eb;border-radius:6px;background:#fff}
        text{font:10px system-ui,sans-serif;fill:#4a5262}.title{font-size:12px;font-weight:600;fill:#1c2330}.grid{stroke:#eceef2;fill:none}
        .legend span{display:inline-block;margin-right:14px;white-space:nowrap}.legend i{display:inline-block;width:18px;height:10px;margin-right:5px;vertical-align:middle;border-radius:2px}
        table{border-collapse:collapse}td,th{padding:3px 10px;border-bottom:1px solid #e3e6eb;text-align:right}td:first-child,th:first-child{text-align:left}
        """;

    /// <summary>Gantry's in warm colours, its peers in cold ones.</summary>
    private static readonly string[] _own = ["#c2185b", "#e65100", "#f9a825", "#7b1fa2"], _peers =
        ["#1565c0", "#00838f", "#2e7d32", "#546e7a", "#5c6bc0", "#26a69a", "#7cb342", "#8d6e63", "#90a4ae", "#3949ab"];

    public static string Html(SimulationTrace trace, IReadOnlyList<SimulationResult> results)
    {
        var html = new StringBuilder("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>gantry-lab compare</title><style>\n").Append(Style).Append("\n</style></head><body>\n");
        html.Append(CultureInfo.InvariantCulture,
            $"<h1>{WebUtility.HtmlEncode(trace.Name)}</h1><p>{trace.Containers.Count:N0} containers, {trace.Hosts.Count:N0} hosts, {trace.Seconds / 3600:0.0} hours; the same arrivals, departures and host failures for every policy.</p>\n");
        Table(html, results);
        html.Append("<h2>Over time</h2>\n");
        Legend(html, results);
        html.Append("<div class=\"plots\">\n");
        var hours = trace.Seconds / 3600;
        html.Append(Lines("Hosts in use", results, r => [.. r.Series.HostsInUse.Select(v => (double)v)], hours, "hours", "hosts"));
        html.Append(Lines("Overloaded host-intervals so far", results, r => Sums(r.Series.Overloaded), hours, "hours", "host-intervals"));
        html.Append(Lines("Moves so far", results, r => Sums(r.Series.Moves), hours, "hours", "moves"));
        html.Append(Lines("Packing: reserved share of each host, fullest first", results, r => r.Series.Packed, results.Max(r => r.Series.Packed.Count), "hosts, when most were in use", "share"));
        if (results.Any(r => r.HostsNeeded > 0)) html.Append(Bars("Hosts needed to refuse at most 0.2 %", results));
        html.Append("</div>\n<h2>CPU in use, host by host</h2>\n").Append(HeatMap.Legend()).Append("<div class=\"plots\">\n");
        foreach (var r in results) html.Append(HeatMap.Draw(r.Policy, r.Series.Use, hours));
        return html.Append("</div></body></html>\n").ToString();
    }

    private static void Table(StringBuilder html, IReadOnlyList<SimulationResult> results)
    {
        html.Append("<table><tr><th>policy</th><th>hosts needed</th><th>overloaded there</th><th>hosts in use, most</th><th>mean</th><th>of all cores</th><th>overloaded host-intervals</th><th>above 75 %</th><th>refused</th><th>restarted</th><th>moves</th></tr>\n");
        foreach (var r in results)
        {
            html.Append(CultureInfo.InvariantCulture,
                $"<tr><td>{WebUtility.HtmlEncode(r.Policy)}</td><td>{Needed(r)}</td><td>{(r.HostsNeeded == 0 ? "" : r.OverloadedThere)}</td><td>{r.PeakHosts}</td><td>{r.MeanHosts:0.0}</td><td>{r.MeanShare:0.0%}</td><td>{r.Overloaded}</td><td>{r.Hot}</td><td>{r.Refused}</td><td>{r.Restarts}</td><td>{r.Moves}</td></tr>\n");
        }

        html.Append("</table>\n");
    }

    private static string Needed(SimulationResult r) =>
        r.HostsNeeded == 0 ? "" : r.HostsNeeded > r.Hosts ? string.Create(CultureInfo.InvariantCulture, $"&gt; {r.Hosts}") : r.HostsNeeded.ToString(CultureInfo.InvariantCulture);

    private static void Legend(StringBuilder html, IReadOnlyList<SimulationResult> results)
    {
        html.Append("<p class=\"legend\">");
        for (var i = 0; i < results.Count; i++) html.Append(CultureInfo.InvariantCulture, $"<span><i style=\"background:{Colour(results, i)}\"></i>{WebUtility.HtmlEncode(results[i].Policy)}</span>");
        html.Append("</p>\n");
    }

    private static string Lines(string title, IReadOnlyList<SimulationResult> results, Func<SimulationResult, IReadOnlyList<double>> of, double maxX, string unitX, string unitY)
    {
        var svg = new Svg(title);
        var values = results.Select(of).ToList();
        var maxY = Svg.Round(values.SelectMany(v => v).DefaultIfEmpty().Max());
        svg.Axes(maxX, maxY, unitX, unitY);
        // The first ones last, so that they lie on top.
        for (var i = results.Count - 1; i >= 0; i--)
            svg.Line(values[i], maxY, $"stroke=\"{Colour(results, i)}\" stroke-width=\"{(IsOwn(results[i]) ? 2 : 1.2).ToString(CultureInfo.InvariantCulture)}\" stroke-linejoin=\"round\"");
        return svg.ToString();
    }

    private static string Bars(string title, IReadOnlyList<SimulationResult> results)
    {
        var svg = new Svg(title);
        const int names = 148;
        var (max, height) = ((double)results.Max(r => r.HostsNeeded), Svg.PlotHeight / (double)results.Count);
        for (var i = 0; i < results.Count; i++)
        {
            var (y, width) = (Svg.Top + i * height, (Svg.Width - names - 60) * results[i].HostsNeeded / max);
            svg.Text(names - 6, y + height * 0.72, results[i].Policy, "class=\"tick\" text-anchor=\"end\"");
            svg.Rectangle(names, y + 1, width, height - 2, $"fill=\"{Colour(results, i)}\"");
            svg.Text(names + width + 4, y + height * 0.72, results[i].HostsNeeded > results[i].Hosts ? $"more than {results[i].Hosts}" : results[i].HostsNeeded.ToString(CultureInfo.InvariantCulture), "class=\"tick\"");
        }

        return svg.ToString();
    }

    private static IReadOnlyList<double> Sums(IReadOnlyList<int> values)
    {
        double sum = 0;
        return [.. values.Select(v => sum += v)];
    }

    private static bool IsOwn(SimulationResult result) => result.Policy.StartsWith("Gantry", StringComparison.Ordinal);

    private static string Colour(IReadOnlyList<SimulationResult> results, int index)
    {
        var colours = IsOwn(results[index]) ? _own : _peers;
        return colours[results.Take(index).Count(r => IsOwn(r) == IsOwn(results[index])) % colours.Length];
    }
}
