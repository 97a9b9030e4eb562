using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Http;

namespace Gantry.Router.Forwarding;

/// <summary>Who asks, and over which scheme; fronts that the operator trusts may speak for their clients.</summary>
internal sealed class ClientInfo(RouterOptions options)
{
    private readonly IPNetwork[] _trusted = [.. options.TrustedProxies.Select(Parse)];
    private IPAddress? _peer;
    private string _peerText = "";
    private bool _isTrusted;

    public string Address { get; private set; } = "";

    public bool IsHttps { get; private set; }

    public void Read(HttpContext http)
    {
        ReadPeer(http.Connection.RemoteIpAddress ?? IPAddress.None);
        Address = _peerText;
        IsHttps = false;
        if (!_isTrusted)
            return;
        var headers = http.Request.Headers;
        IsHttps = string.Equals(headers["X-Forwarded-Proto"], "https", StringComparison.OrdinalIgnoreCase);
        var forwarded = headers["X-Forwarded-For"].ToString();
        var last = forwarded.AsSpan()[(forwarded.LastIndexOf(',') + 1)..].Trim();
        if (IPAddress.TryParse(last, out var client))
            Address = client.ToString();
    }

    /// <summary>One connection has one peer: its text is made once.</summary>
    private void ReadPeer(IPAddress peer)
    {
        if (ReferenceEquals(peer, _peer))
            return;
        _peer = peer;
        var plain = peer.IsIPv4MappedToIPv6 ? peer.MapToIPv4() : peer;
        _peerText = plain.ToString();
        _isTrusted = Array.Exists(_trusted, network => network.Contains(plain));
    }

    private static IPNetwork Parse(string text)
    {
        if (IPNetwork.TryParse(text, out var network))
            return network;
        if (IPAddress.TryParse(text, out var address))
            return new IPNetwork(address, address.GetAddressBytes().Length * 8);
        throw new FormatException(string.Create(CultureInfo.InvariantCulture,
            $"The trusted proxy '{text}' is neither an address nor a CIDR range such as 10.0.0.0/8. Correct the router's TrustedProxies."));
    }
}
