using System.Net;
using System.Net.Sockets;

namespace Gantry.Control.Hosts.Joining;

/// <summary>An IPv4 address with a port, such as <c>10.0.0.2:7444</c>: routes to a host's containers lead there too, so a name would not do.</summary>
internal static class HostAddress
{
    public const int DefaultPort = 7444;

    public static IPEndPoint? Parse(string? text) =>
        IPEndPoint.TryParse(text ?? "", out var parsed) && parsed is { AddressFamily: AddressFamily.InterNetwork, Port: > 0 } && !IPAddress.Any.Equals(parsed.Address)
            ? parsed
            : null;

    /// <summary>Where somebody came from, as the place of an agent at the usual port.</summary>
    public static string Of(IPAddress caller) => new IPEndPoint(caller.IsIPv4MappedToIPv6 ? caller.MapToIPv4() : caller, DefaultPort).ToString();
}
