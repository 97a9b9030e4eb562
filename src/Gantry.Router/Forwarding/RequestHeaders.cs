using System.Collections.Frozen;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Gantry.Router.Forwarding;

/// <summary>Which headers of a request reach the container.</summary>
internal static class RequestHeaders
{
    private static readonly FrozenSet<string> Ours = Set(
        "X-Real-IP", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Port", "X-Request-ID", "X-Request-Start", "X-Scalingo-Error");

    /// <summary>
    /// Belong to one connection only; Expect is answered here; Host is set on its own; Proxy would become
    /// HTTP_PROXY in CGI programs.
    /// </summary>
    private static readonly FrozenSet<string> NotCopied = Set([.. Ours,
        "Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authenticate", "Proxy-Authorization", "TE", "Transfer-Encoding",
        "Upgrade", "HTTP2-Settings", "Alt-Used", "Expect", "Host", "Proxy"]);

    /// <summary>Framing that a Connection header must not be able to take away.</summary>
    private static readonly FrozenSet<string> NeverNominated = Set("Content-Length", "Content-Type", "Host", "Cookie", "Authorization");

    /// <summary>The name of the first header longer than the limit, or null.</summary>
    public static string? FindTooLong(IHeaderDictionary headers, int limit)
    {
        foreach (var (name, values) in headers)
        {
            for (var i = 0; i < values.Count; i++)
            {
                if (name.Length + (values[i]?.Length ?? 0) > limit)
                    return name;
            }
        }
        return null;
    }

    public static void Copy(IHeaderDictionary from, HttpRequestMessage to)
    {
        var nominated = Nominated(from.Connection);
        foreach (var (name, values) in from)
        {
            if (NotCopied.Contains(name) || IsDisguised(name) || nominated?.Contains(name) == true)
                continue;
            Add(to, name, values);
        }
    }

    private static void Add(HttpRequestMessage to, string name, StringValues values)
    {
        if (values.Count == 1)
        {
            var value = values[0] ?? "";
            if (!to.Headers.TryAddWithoutValidation(name, value))
                to.Content?.Headers.TryAddWithoutValidation(name, value);
            return;
        }
        if (!to.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values))
            to.Content?.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
    }

    /// <summary>CGI and WSGI see X_Real_IP and X-Real-IP as the same name.</summary>
    private static bool IsDisguised(string name) => name.Contains('_') && Ours.Contains(name.Replace('_', '-'));

    private static HashSet<string>? Nominated(StringValues connection)
    {
        if (connection.Count == 0 || connection is [{ } one] && IsOrdinary(one))
            return null;
        var names = connection.ToString().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return names.Where(n => !NeverNominated.Contains(n)).ToHashSet(StringComparer.OrdinalIgnoreCase);
    }

    private static bool IsOrdinary(string connection) =>
        connection.Equals("keep-alive", StringComparison.OrdinalIgnoreCase)
        || connection.Equals("close", StringComparison.OrdinalIgnoreCase)
        || connection.Equals("upgrade", StringComparison.OrdinalIgnoreCase);

    private static FrozenSet<string> Set(params string[] names) => names.ToFrozenSet(StringComparer.OrdinalIgnoreCase);
}
