namespace Gantry.Router.Routing;

/// <summary>Host header values.</summary>
internal static class HostName
{
    /// <summary>The name without port and final dot.</summary>
    public static ReadOnlySpan<char> Of(ReadOnlySpan<char> host)
    {
        var colon = host.LastIndexOf(':');
        if (colon >= 0 && host[(colon + 1)..].IndexOf(']') < 0)
            host = host[..colon];
        return host.EndsWith('.') ? host[..^1] : host;
    }

    /// <summary>The port, empty when there is none.</summary>
    public static ReadOnlySpan<char> PortOf(ReadOnlySpan<char> host)
    {
        var colon = host.LastIndexOf(':');
        return colon < 0 || host[(colon + 1)..].IndexOf(']') >= 0 ? [] : host[(colon + 1)..];
    }
}
