using System.Globalization;

namespace Gantry.Domain.Logs;

/// <summary>How a drain is spoken to.</summary>
public enum LogDrainKind
{
    SyslogUdp,
    SyslogTcp,
    SyslogTls,
    /// <summary>Graylog's format over TLS, as OVH takes it; RFC 5424 on OVH's port for that, 6514.</summary>
    Gelf,
    /// <summary>The bulk interface of Elasticsearch and OpenSearch.</summary>
    Elastic,
    Datadog,
    BetterStack,
    AppSignal,
}

/// <summary>
/// The address of a drain, taken apart: <c>udp://h:p</c> (also <c>syslog://</c>), <c>tcp://h:p</c>, <c>tcp+tls://h:p</c>,
/// <c>ovh://:TOKEN@h:6514</c>, <c>https://user:password@h/…</c> (Elastic), <c>datadog://TOKEN?region=R</c>,
/// <c>betterstack://TOKEN</c> and <c>appsignal://TOKEN</c>. A token of syslog comes as <c>:TOKEN@</c>.
/// </summary>
/// <param name="Token">Empty when there is none.</param>
public sealed record LogDrainAddress(LogDrainKind Kind, Uri Url, string Token, string Region = "")
{
    private const int OvhSyslogPort = 6514;
    private const string Known = "appsignal, betterstack, datadog, elk, logtail, ovh-graylog, papertrail and syslog";

    public string Host => Url.Host;

    public int Port => Url.Port;

    /// <summary>True for GELF on OVH's port for syslog.</summary>
    public bool IsOvhSyslog => Kind == LogDrainKind.Gelf && Port == OvhSyslogPort;

    /// <summary>The address without its secrets, for logs and events.</summary>
    public string Shown => Kind is LogDrainKind.Datadog or LogDrainKind.BetterStack or LogDrainKind.AppSignal
        ? $"{Url.Scheme}://…{(Region.Length > 0 ? $"?region={Region}" : "")}"
        : $"{Url.Scheme}://{Url.Authority}{Url.AbsolutePath.TrimEnd('/')}";

    /// <summary>Makes an address of what a client asks for.</summary>
    public static Outcome<LogDrainAddress> From(LogDrainSpec spec) => spec.Type switch
    {
        "syslog" when spec.Url.Length > 0 => Parse(spec.Url),
        "syslog" => FromHost("tcp", spec),
        "papertrail" => spec.Url.Length > 0 ? Parse(spec.Url) : FromHost("tcp+tls", spec),
        "ovh-graylog" => spec.Token.Length == 0 ? Missing("token") : FromHost("ovh", spec with { Port = spec.Port.Length > 0 ? spec.Port : "6514" }),
        "elk" => spec.Url.Length == 0 ? Missing("url") : Parse(spec.Url),
        "datadog" => FromToken("datadog", spec, $"?region={Uri.EscapeDataString(spec.Region.Length > 0 ? spec.Region : "datadoghq.com")}"),
        "betterstack" or "logtail" => FromToken("betterstack", spec, ""),
        "appsignal" => FromToken("appsignal", spec, ""),
        _ => Refusal.Invalid("type", $"There is no kind of log drain '{spec.Type}'. There are {Known}."),
    };

    /// <summary>Reads an address.</summary>
    public static Outcome<LogDrainAddress> Parse(string text)
    {
        if (text.Length > 2048 || !Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Host.Length == 0) return Wrong();
        var kind = KindOf(url.Scheme);
        if (kind is null || kind <= LogDrainKind.Gelf && url.Port <= 0) return Wrong();
        var secret = Uri.UnescapeDataString(url.UserInfo.StartsWith(':') ? url.UserInfo[1..] : url.UserInfo);
        return kind switch
        {
            // A host is compared without regard to case, a token is not: it is taken from the text itself.
            LogDrainKind.Datadog or LogDrainKind.BetterStack or LogDrainKind.AppSignal =>
                new LogDrainAddress(kind.Value, url, TokenIn(text), RegionIn(url)),
            LogDrainKind.Gelf when secret.Length == 0 => Missing("token"),
            _ => new LogDrainAddress(kind.Value, url, secret),
        };

        static Outcome<LogDrainAddress> Wrong() => Refusal.Invalid(
            "url", "This is no address of a log drain. Use udp://HOST:PORT, tcp://HOST:PORT, tcp+tls://HOST:PORT, ovh://:TOKEN@HOST:PORT, https://USER:PASSWORD@HOST/ (Elastic), datadog://TOKEN?region=REGION, betterstack://TOKEN or appsignal://TOKEN.");
    }

    private static LogDrainKind? KindOf(string scheme) => scheme switch
    {
        "udp" or "syslog" => LogDrainKind.SyslogUdp,
        "tcp" => LogDrainKind.SyslogTcp,
        "tcp+tls" => LogDrainKind.SyslogTls,
        "ovh" => LogDrainKind.Gelf,
        "http" or "https" => LogDrainKind.Elastic,
        "datadog" => LogDrainKind.Datadog,
        "betterstack" => LogDrainKind.BetterStack,
        "appsignal" => LogDrainKind.AppSignal,
        _ => null,
    };

    private static Outcome<LogDrainAddress> FromHost(string scheme, LogDrainSpec spec)
    {
        if (spec.Host.Length == 0) return Missing("host");
        if (!int.TryParse(spec.Port, NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port is < 1 or > 65535) return Missing("port");
        return Parse($"{scheme}://{(spec.Token.Length > 0 ? $":{Uri.EscapeDataString(spec.Token)}@" : "")}{spec.Host}:{port.ToString(CultureInfo.InvariantCulture)}");
    }

    private static Outcome<LogDrainAddress> FromToken(string scheme, LogDrainSpec spec, string query)
    {
        if (spec.Token.Length == 0) return Missing("token");
        return spec.Token.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')
            ? Parse($"{scheme}://{spec.Token}{query}")
            : Refusal.Invalid("token", "The token may only have letters, digits, '-' and '_'.");
    }

    private static string TokenIn(string text) => text[(text.IndexOf("://", StringComparison.Ordinal) + 3)..].Split('/', '?')[0];

    private static string RegionIn(Uri url) => url.Query.StartsWith("?region=", StringComparison.Ordinal) ? Uri.UnescapeDataString(url.Query["?region=".Length..]) : "";

    private static Refusal Missing(string field) => Refusal.Invalid(field, $"This kind of log drain needs the {field}.");
}
