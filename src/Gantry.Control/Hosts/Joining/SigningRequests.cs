using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Gantry.Domain;

namespace Gantry.Control.Hosts.Joining;

/// <summary>Of a signing request only the public key counts, and that its sender holds the private one.</summary>
internal static class SigningRequests
{
    private const string P256 = "1.2.840.10045.3.1.7";

    public static Outcome<PublicKey> Read(string? pem)
    {
        try
        {
            var key = CertificateRequest.LoadSigningRequestPem(pem ?? "", HashAlgorithmName.SHA256).PublicKey;
            using var curve = key.GetECDsaPublicKey();
            return curve?.ExportParameters(false).Curve.Oid.Value == P256 ? key : Refused("Its key is not one of ECDSA on the curve P-256");
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            return Refused("It is no signing request in PEM whose signature is that of its key");
        }
    }

    /// <summary>SHA-256 of the key, in lower-case hexadecimal digits.</summary>
    public static string DigestOf(PublicKey key) => Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo()));

    private static Refusal Refused(string why) => Refusal.Invalid("csr", $"{why}: gantryd agent makes the right one by itself.");
}
