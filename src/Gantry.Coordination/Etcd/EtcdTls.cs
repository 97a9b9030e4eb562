using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Gantry.Coordination.Etcd;

/// <summary>Whom this process believes, and what it shows of itself.</summary>
internal static class EtcdTls
{
    public static SslClientAuthenticationOptions Options(EtcdLeasesOptions options)
    {
        var tls = new SslClientAuthenticationOptions();
        if (options.CertificatePath is { } certificate)
            tls.ClientCertificates = [X509Certificate2.CreateFromPemFile(certificate, options.KeyPath)];
        if (options.CaPath is { } authorities)
        {
            tls.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            tls.CertificateChainPolicy.CustomTrustStore.ImportFromPemFile(authorities);
        }

        return tls;
    }
}
