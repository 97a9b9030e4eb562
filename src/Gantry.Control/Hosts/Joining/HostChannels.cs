using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Gantry.Agent.Joining;
using Gantry.Domain.Hosts;

namespace Gantry.Control.Hosts.Joining;

internal sealed class HostChannels(ClusterAuthority authority, ControlIdentity identity, TimeProvider time) : IHostChannels
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(5);

    public HttpMessageHandler Open(Host host)
    {
        if (host.RemovedAt is not null)
            throw new InvalidOperationException($"The host {host.Id} was removed from the cluster: nothing is said to it any more.");
        var address = HostAddress.Parse(host.Address) ?? throw new InvalidOperationException($"The host {host.Id} has no address that Control could reach: '{host.Address}'.");
        return new Prepared(authority, identity, time, ClusterTrust.Of(host.Id), address);
    }

    /// <summary>Has certificate and trust ready before a connection is made, since TLS asks for them where nothing can be awaited.</summary>
    private sealed class Prepared : DelegatingHandler
    {
        private readonly ClusterAuthority _authority;
        private readonly ControlIdentity _identity;
        private volatile ClusterTrust? _trust;

        public Prepared(ClusterAuthority authority, ControlIdentity identity, TimeProvider time, string expected, IPEndPoint address)
        {
            (_authority, _identity) = (authority, identity);
            InnerHandler = new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseProxy = false,
                ConnectTimeout = _patience,
                // A session lasts as long as its connection.
                PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
                // A host whose power was cut closes nothing: without this the connection would wait for it long after it is back.
                KeepAlivePingDelay = TimeSpan.FromSeconds(2),
                KeepAlivePingTimeout = TimeSpan.FromSeconds(3),
                KeepAlivePingPolicy = HttpKeepAlivePingPolicy.Always,
                // It does not grow (gantryd's project file says so): what a host is asked to read of its logs comes at once.
                InitialHttp2StreamWindowSize = 1 << 20,
                EnableMultipleHttp2Connections = false,
                ConnectCallback = (_, token) => ConnectAsync(address, token),
                SslOptions = new SslClientAuthenticationOptions
                {
                    AllowTlsResume = false,
                    CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
                    LocalCertificateSelectionCallback = (_, _, _, _, _) => identity.Current,
                    RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                        _trust is { } trust && trust.Demand(expected, certificate as X509Certificate2, ClusterTrust.ServerUse, time.GetUtcNow()) is null,
                },
            };
        }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            _trust ??= await _authority.TrustAsync(cancellationToken).ConfigureAwait(false);
            await _identity.GetAsync(cancellationToken).ConfigureAwait(false);
            return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async ValueTask<Stream> ConnectAsync(IPEndPoint address, CancellationToken token)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address, token).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
