using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Gantry.Engines.Tests.Support;

/// <summary>A certificate authority whose files lie in a folder: <c>ca.pem</c>, and <c>NAME.pem</c> with <c>NAME.key</c>.</summary>
internal sealed class TestAuthority : IDisposable
{
    private readonly string _folder;
    private readonly X509Certificate2 _root;

    public TestAuthority(string folder)
    {
        _folder = folder;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=test authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        _root = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(2));
        File.WriteAllText(Path.Combine(folder, "ca.pem"), _root.ExportCertificatePem());
    }

    /// <summary>For both ends of a connection: etcd's gateway calls its own server.</summary>
    public void Issue(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")], false));
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(_root, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(1), RandomNumberGenerator.GetBytes(8));
        File.WriteAllText(Path.Combine(_folder, $"{name}.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(_folder, $"{name}.key"), key.ExportPkcs8PrivateKeyPem());
    }

    public void Dispose() => _root.Dispose();
}
