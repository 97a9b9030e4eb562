using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Gantry.Domain;

namespace Gantry.Agent.Joining;

/// <summary>The certificate that this host shows, which changes while it serves, and whom it lets in: Control.</summary>
public sealed class HostCertificates(HostIdentity identity, TimeProvider time) : IDisposable
{
    private readonly ClusterTrust _trust = new(identity.Authority);
    private volatile Held _held = new(identity);

    public HostIdentity Identity => _held.Identity;

    internal X509Certificate2 Certificate => _held.Certificate;

    internal ClusterTrust Trust => _trust;

    /// <summary>For one connection to the agent: only a client with a certificate of the cluster's authority in Control's name gets through.</summary>
    public SslServerAuthenticationOptions ForConnection() => new()
    {
        ServerCertificateContext = _held.Context,
        ClientCertificateRequired = true,
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        AllowTlsResume = false,
        RemoteCertificateValidationCallback = (_, certificate, _, _) =>
            _trust.Demand(ClusterTrust.Control, certificate as X509Certificate2, ClusterTrust.ClientUse, time.GetUtcNow()) is null,
    };

    /// <summary>Null when the certificate is this host's own, good now, and belongs to its key.</summary>
    internal Refusal? Refuse(HostIdentity next)
    {
        using var certificate = next.Load();
        return _trust.Demand(ClusterTrust.Of(next.Id), certificate, ClusterTrust.ServerUse, time.GetUtcNow());
    }

    /// <summary>From the next connection on. Those that stand keep what they were opened with, so the old one is left to the collector.</summary>
    internal void Replace(HostIdentity next) => _held = new Held(next);

    public void Dispose()
    {
        _trust.Dispose();
        _held.Certificate.Dispose();
    }

    private sealed class Held
    {
        public Held(HostIdentity identity)
        {
            (Identity, Certificate) = (identity, identity.Load());
            Context = SslStreamCertificateContext.Create(Certificate, additionalCertificates: null, offline: true);
        }

        public HostIdentity Identity { get; }
        public X509Certificate2 Certificate { get; }
        public SslStreamCertificateContext Context { get; }
    }
}
