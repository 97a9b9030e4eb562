using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Gantry.Agent.Joining;
using Gantry.Store.Records;

namespace Gantry.Control.Hosts.Joining;

/// <summary>
/// The certificate authority of this cluster's hosts and control processes. It is made when it is first needed and lies in the store,
/// its key sealed, so that all control processes have the same.
/// </summary>
internal sealed class ClusterAuthority(IAuthorityStore store, TimeProvider time) : IDisposable
{
    private const string Name = "hosts";

    /// <summary>Clocks differ: what is issued now was good an hour ago.</summary>
    private static readonly TimeSpan _skew = TimeSpan.FromHours(1);

    /// <summary>Nothing replaces it yet, so it outlives the cluster.</summary>
    private static readonly TimeSpan _lifetime = TimeSpan.FromDays(365 * 30);

    private readonly SemaphoreSlim _loading = new(1);
    private volatile Loaded? _loaded;

    public async ValueTask<ClusterTrust> TrustAsync(CancellationToken token) => (await LoadAsync(token).ConfigureAwait(false)).Trust;

    /// <summary>SHA-256 of the authority's certificate, in lower-case hexadecimal digits.</summary>
    public async ValueTask<string> DigestAsync(CancellationToken token) => ClusterTrust.DigestOf((await LoadAsync(token).ConfigureAwait(false)).Certificate);

    /// <summary>A certificate in somebody's name, for both ends of a connection.</summary>
    /// <param name="name">One of <see cref="ClusterTrust"/>.</param>
    public async Task<X509Certificate2> IssueAsync(string name, PublicKey key, TimeSpan lifetime, CancellationToken token)
    {
        var authority = (await LoadAsync(token).ConfigureAwait(false)).Certificate;
        var request = new CertificateRequest(new X500DistinguishedName("O=Gantry"), key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddUri(new Uri(name));
        var extensions = request.CertificateExtensions;
        // Critical: for whoever does not look at names of this kind, the certificate is nobody's.
        extensions.Add(names.Build(critical: true));
        extensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, false, 0, critical: true));
        extensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        extensions.Add(new X509EnhancedKeyUsageExtension([new Oid(ClusterTrust.ServerUse), new Oid(ClusterTrust.ClientUse)], critical: false));
        extensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        var now = time.GetUtcNow();
        return request.Create(authority, now - _skew, now + lifetime, RandomNumberGenerator.GetBytes(16));
    }

    public void Dispose()
    {
        _loaded?.Trust.Dispose();
        _loaded?.Certificate.Dispose();
        _loading.Dispose();
    }

    private async ValueTask<Loaded> LoadAsync(CancellationToken token)
    {
        if (_loaded is { } loaded)
            return loaded;
        await _loading.WaitAsync(token).ConfigureAwait(false);
        try
        {
            return _loaded ??= await FindOrMakeAsync(token).ConfigureAwait(false);
        }
        finally
        {
            _loading.Release();
        }
    }

    private async Task<Loaded> FindOrMakeAsync(CancellationToken token)
    {
        var record = await store.FindAsync(Name, token).ConfigureAwait(false) ?? await store.AddAsync(Make(), token).ConfigureAwait(false);
        return new Loaded(X509Certificate2.CreateFromPem(record.Certificate, record.PrivateKey), new ClusterTrust(record.Certificate));
    }

    private AuthorityRecord Make()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"O=Gantry, CN=cluster {RandomNumberGenerator.GetHexString(8, lowercase: true)}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        var now = time.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now - _skew - _skew, now + _lifetime);
        return new AuthorityRecord(Name, certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem(), now);
    }

    private sealed record Loaded(X509Certificate2 Certificate, ClusterTrust Trust);
}
