using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Gantry.Agent.Joining;

/// <summary>The private key of a host: it never leaves the machine, what is sent is a signing request.</summary>
internal static class HostKey
{
    public static string Create()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return key.ExportPkcs8PrivateKeyPem();
    }

    public static string SigningRequest(string keyPem)
    {
        using var key = ECDsa.Create();
        key.ImportFromPem(keyPem);
        return new CertificateRequest("CN=gantry host", key, HashAlgorithmName.SHA256).CreateSigningRequestPem();
    }
}
