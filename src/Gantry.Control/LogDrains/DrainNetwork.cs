using System.Net;
using System.Net.NetworkInformation;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Options;

namespace Gantry.Control.LogDrains;

/// <summary>Connects to receivers, but never to what tenants must not reach. The address that was checked is the one connected to.</summary>
internal sealed class DrainNetwork(IOptions<LogDrainOptions> options)
{
    private readonly IPNetwork[] _blocked = [.. options.Value.BlockedRanges.Select(IPNetwork.Parse)];

    /// <exception cref="DrainException">It cannot be reached, or must not be.</exception>
    public async Task<Socket> ConnectAsync(string host, int port, ProtocolType protocol, CancellationToken token)
    {
        Exception? last = null;
        foreach (var address in await ResolveAsync(host, token))
        {
            var socket = new Socket(address.AddressFamily, protocol == ProtocolType.Udp ? SocketType.Dgram : SocketType.Stream, protocol);
            try
            {
                await socket.ConnectAsync(new IPEndPoint(address, port), token);
                return socket;
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                socket.Dispose();
                token.ThrowIfCancellationRequested();
                last = e;
            }
        }
        throw new DrainException($"{host}:{port} cannot be reached: {last?.Message ?? "the name has no address"}", inner: last);
    }

    /// <exception cref="DrainException">The receiver's certificate is not one to trust, or it speaks no TLS.</exception>
    public async Task<Stream> SecureAsync(Stream stream, string host, CancellationToken token)
    {
        var tls = new SslStream(stream);
        try
        {
            await tls.AuthenticateAsClientAsync(Trust(host), token);
            return tls;
        }
        catch (OperationCanceledException)
        {
            await tls.DisposeAsync();
            throw;
        }
        catch (Exception e) when (e is AuthenticationException or IOException)
        {
            await tls.DisposeAsync();
            throw new DrainException($"{host} has no TLS that can be trusted: {e.Message}", inner: e);
        }
    }

    /// <summary>Trusts the system's authorities, and the operator's own.</summary>
    /// <param name="host">Null when whoever connects fills it in.</param>
    public SslClientAuthenticationOptions Trust(string? host)
    {
        var trust = new SslClientAuthenticationOptions { TargetHost = host };
        if (options.Value.AuthorityPath.Length == 0) return trust;
        var own = new X509Certificate2Collection();
        own.ImportFromPemFile(options.Value.AuthorityPath);
        trust.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        trust.CertificateChainPolicy.CustomTrustStore.AddRange(own);
        return trust;
    }

    private async Task<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken token)
    {
        try
        {
            var all = await Dns.GetHostAddressesAsync(host.Trim('[', ']'), token);
            var allowed = all.Where(IsAllowed).ToList();
            return allowed.Count > 0 || all.Length == 0 ? allowed : throw Inside(host);
        }
        catch (ArgumentException)
        {
            // The address of no host in particular, which means this one.
            throw Inside(host);
        }
        catch (SocketException e)
        {
            throw new DrainException($"The name {host} cannot be resolved: {e.Message}", inner: e);
        }
    }

    private static DrainException Inside(string host) =>
        new($"{host} is an address inside the platform, which log drains cannot go to. Use one that is reachable from outside.");

    private bool IsAllowed(IPAddress address)
    {
        if (options.Value.AllowOwnAddresses) return true;
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return !_blocked.Any(range => range.Contains(plain))
            && !NetworkInterface.GetAllNetworkInterfaces().SelectMany(i => i.GetIPProperties().UnicastAddresses).Any(own => own.Address.Equals(plain));
    }
}
