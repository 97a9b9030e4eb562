using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Gantry.Domain;

namespace Gantry.Agent.Joining;

/// <summary>
/// Who is who inside a cluster: a certificate of the cluster's own authority, with the name of its holder as a URI. Neither the
/// authorities of the operating system nor names in DNS count, and nothing is looked up.
/// </summary>
public sealed class ClusterTrust : IDisposable
{
    /// <summary>The name of all control processes.</summary>
    public const string Control = "gantry:control";

    public const string ServerUse = "1.3.6.1.5.5.7.3.1";
    public const string ClientUse = "1.3.6.1.5.5.7.3.2";

    private const string HostPrefix = "gantry:host:";
    private const string AlternativeNames = "2.5.29.17";
    private static readonly Asn1Tag _uri = new(TagClass.ContextSpecific, 6);

    private readonly X509Certificate2 _authority;

    /// <exception cref="CryptographicException">The text is no certificate.</exception>
    public ClusterTrust(string authorityPem) => (_authority, AuthorityPem) = (X509Certificate2.CreateFromPem(authorityPem), authorityPem);

    public string AuthorityPem { get; }

    public static string Of(HostId host) => HostPrefix + host.Value;

    /// <summary>SHA-256 of a certificate, in lower-case hexadecimal digits.</summary>
    public static string DigestOf(X509Certificate2 certificate) => Convert.ToHexStringLower(SHA256.HashData(certificate.RawData));

    /// <returns>The host that a name is of, or null.</returns>
    public static HostId? HostOf(string? name) =>
        name?.StartsWith(HostPrefix, StringComparison.Ordinal) == true && name.Length > HostPrefix.Length ? new HostId(name[HostPrefix.Length..]) : null;

    /// <summary>The one name that a certificate holds, or null.</summary>
    public static string? NameOf(X509Certificate2 certificate)
    {
        var names = certificate.Extensions.Where(e => e.Oid?.Value == AlternativeNames).SelectMany(e => Uris(e.RawData)).ToList();
        return names.Count == 1 ? names[0] : null;
    }

    /// <param name="use">What the holder does with it: <see cref="ServerUse"/> or <see cref="ClientUse"/>.</param>
    /// <returns>The holder's name, or why nobody may believe it.</returns>
    public Outcome<string> Check(X509Certificate2? certificate, string use, DateTimeOffset now)
    {
        if (certificate is null)
            return Refused("No certificate was shown.");
        using var chain = Chain(use, now);
        var statuses = chain.Build(certificate) ? X509ChainStatusFlags.NoError
            : chain.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, s) => all | s.Status);
        if (statuses == X509ChainStatusFlags.NotTimeValid)
            return Refused(
                $"The certificate is good from {certificate.NotBefore.ToUniversalTime():yyyy-MM-dd HH:mm:ss} to {certificate.NotAfter.ToUniversalTime():yyyy-MM-dd HH:mm:ss} UTC, and the clock here says {now.UtcDateTime:yyyy-MM-dd HH:mm:ss}.");
        if (statuses != X509ChainStatusFlags.NoError)
            return Refused($"The certificate is not one of this cluster's authority ({statuses}).");
        return NameOf(certificate) is { } name ? name : Refused("The certificate does not say whose it is.");
    }

    /// <summary>Null for the certificate of a control process that listens.</summary>
    internal Func<X509Certificate2?, Refusal?> RefuseControl(TimeProvider time) => certificate => Demand(Control, certificate, ServerUse, time.GetUtcNow());

    /// <summary>Null when the certificate is believed and holds exactly that name.</summary>
    public Refusal? Demand(string name, X509Certificate2? certificate, string use, DateTimeOffset now)
    {
        var holder = Check(certificate, use, now);
        return holder.Refusal ?? (holder.Value == name ? null : Refused($"The certificate is that of {holder.Value}, not of {name}."));
    }

    public void Dispose() => _authority.Dispose();

    private static Refusal Refused(string why) => Refusal.Invalid("certificate", why);

    private X509Chain Chain(string use, DateTimeOffset now)
    {
        var chain = new X509Chain();
        var policy = chain.ChainPolicy;
        (policy.TrustMode, policy.RevocationMode, policy.DisableCertificateDownloads) = (X509ChainTrustMode.CustomRootTrust, X509RevocationMode.NoCheck, true);
        policy.CustomTrustStore.Add(_authority);
        policy.ApplicationPolicy.Add(new Oid(use));
        policy.VerificationTime = now.LocalDateTime;
        return chain;
    }

    private static IEnumerable<string> Uris(byte[] extension)
    {
        var names = new AsnReader(extension, AsnEncodingRules.DER).ReadSequence();
        while (names.HasData)
            if (names.PeekTag().HasSameClassAndValue(_uri))
                yield return names.ReadCharacterString(UniversalTagNumber.IA5String, _uri);
            else
                names.ReadEncodedValue();
    }
}
