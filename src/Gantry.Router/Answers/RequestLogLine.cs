using System.Globalization;
using System.Text;
using Gantry.Router.Edge;
using Microsoft.AspNetCore.Http.Features;

namespace Gantry.Router.Answers;

/// <summary>One line a request: <c>key=value</c>, values that a client chose in quotes.</summary>
internal static class RequestLogLine
{
    private const int MaxValue = 1024;

    public static string Of(Exchange exchange, TimeSpan duration)
    {
        var request = exchange.Http.Request;
        var line = new StringBuilder(256);
        line.Append("method=").Append(request.Method);
        Quoted(line, "path", exchange.Http.Features.Get<IHttpRequestFeature>()!.RawTarget);
        Quoted(line, "host", request.Headers.Host.ToString());
        line.Append(" request_id=").Append(exchange.RequestId);
        line.Append(" container=").Append(exchange.Target?.Target.Label ?? "-");
        Quoted(line, "from", exchange.Client.Address);
        line.Append(" protocol=").Append(exchange.Client.IsHttps ? "https" : "http");
        line.Append(" status=").Append(exchange.LoggedStatus ?? exchange.Http.Response.StatusCode);
        line.Append(CultureInfo.InvariantCulture, $" duration={duration.TotalSeconds:0.000}s");
        line.Append(CultureInfo.InvariantCulture, $" bytes={exchange.BytesSent}");
        Quoted(line, "referer", Dash(request.Headers.Referer.ToString()));
        Quoted(line, "user_agent", Dash(request.Headers.UserAgent.ToString()));
        if (exchange.ErrorCode is { } code)
            line.Append(" error=").Append(code);
        return line.ToString();
    }

    private static string Dash(string value) => value.Length == 0 ? "-" : value;

    private static void Quoted(StringBuilder line, string key, string value)
    {
        line.Append(' ').Append(key).Append("=\"");
        foreach (var c in value.AsSpan(0, Math.Min(value.Length, MaxValue)))
        {
            if (c is '"' or '\\')
                line.Append('\\').Append(c);
            else if (char.IsControl(c))
                line.Append(CultureInfo.InvariantCulture, $"\\x{(int)c:x2}");
            else
                line.Append(c);
        }
        line.Append('"');
    }
}
