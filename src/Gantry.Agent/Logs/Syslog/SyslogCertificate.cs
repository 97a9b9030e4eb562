using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Gantry.Agent.Logs.Syslog;

/// <summary>
/// The certificate that senders see. Its authority is made once and kept (<c>ca.pem</c>, and <c>ca.key</c> for the owner
/// only), so that senders which know it stay connected to every later certificate. The server's own is short-lived,
/// never on disk, and renewed while it is in use.
/// </summary>
internal sealed class SyslogCertificate(string directory, IReadOnlyList<string> names, TimeSpan lifetime, TimeProvider clock)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private static readonly TimeSpan AuthorityLifetime = TimeSpan.FromDays(3650), SetBack = TimeSpan.FromDays(1);
    private readonly Lock _lock = new();
    private SslStreamCertificateContext? _current;

    public string AuthorityPath => Path.Combine(directory, "ca.pem");

    private string KeyPath => Path.Combine(directory, "ca.key");

    /// <summary>One that is good for at least a third of its life.</summary>
    /// <exception cref="InvalidOperationException">Others may read the authority's key.</exception>
    public SslStreamCertificateContext Current()
    {
        lock (_lock)
        {
            if (_current is null || _current.TargetCertificate.NotAfter.ToUniversalTime() - clock.GetUtcNow().UtcDateTime < lifetime / 3)
                _current = SslStreamCertificateContext.Create(Issue(), null, offline: true);
            return _current;
        }
    }

    private X509Certificate2 Issue()
    {
        using var authority = Authority();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Gantry syslog", key, HashAlgorithmName.SHA256);
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var name in names.Append("localhost").Append("127.0.0.1").Append("::1").Append(Environment.MachineName).Distinct())
            if (IPAddress.TryParse(name, out var address)) alternatives.AddIpAddress(address);
            else alternatives.AddDnsName(name);
        request.CertificateExtensions.Add(alternatives.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], true));
        var now = clock.GetUtcNow();
        using var signed = request.Create(authority, now - SetBack, now + lifetime, RandomNumberGenerator.GetBytes(16));
        return signed.CopyWithPrivateKey(key);
    }

    /// <summary>Renewed with the same key, which those who trust the old one accept, long before it ends.</summary>
    private X509Certificate2 Authority()
    {
        using var key = Key();
        if (File.Exists(AuthorityPath))
        {
            using var known = X509CertificateLoader.LoadCertificateFromFile(AuthorityPath);
            if (known.NotAfter.ToUniversalTime() - clock.GetUtcNow().UtcDateTime > AuthorityLifetime / 2) return known.CopyWithPrivateKey(key);
        }
        var request = new CertificateRequest("CN=Gantry syslog authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        var made = request.CreateSelfSigned(clock.GetUtcNow() - SetBack, clock.GetUtcNow() + AuthorityLifetime);
        Write(AuthorityPath, made.ExportCertificatePem(), OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        return made;
    }

    private ECDsa Key()
    {
        Directory.CreateDirectory(directory);
        if (!File.Exists(KeyPath))
        {
            using var made = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            Write(KeyPath, made.ExportPkcs8PrivateKeyPem(), OwnerOnly);
        }
        if ((File.GetUnixFileMode(KeyPath) & ~OwnerOnly) != 0)
            throw new InvalidOperationException($"Others than its owner can use the key {KeyPath}. Run 'chmod 600 {KeyPath}'; if somebody may have read it, remove it and {AuthorityPath} and restart the senders.");
        var key = ECDsa.Create();
        key.ImportFromPem(File.ReadAllText(KeyPath));
        return key;
    }

    private static void Write(string path, string text, UnixFileMode mode)
    {
        File.Delete(path + ".new");
        using (var file = new FileStream(path + ".new", new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = mode }))
        {
            file.Write(System.Text.Encoding.ASCII.GetBytes(text + "\n"));
            file.Flush(flushToDisk: true);
        }
        File.Move(path + ".new", path, overwrite: true);
    }
}
