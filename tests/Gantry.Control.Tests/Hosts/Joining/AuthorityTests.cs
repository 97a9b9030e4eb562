using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Gantry.Agent.Joining;
using Gantry.Control.Hosts.Joining;
using Gantry.Domain;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Gantry.Control.Tests.Hosts.Joining;

public sealed class AuthorityTests : IAsyncLifetime
{
    private static readonly HostId Box = new("Box-1.a");
    private JoiningCluster _cluster = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private ClusterAuthority Authority => _cluster.Get<ClusterAuthority>();

    public async ValueTask InitializeAsync() => _cluster = await JoiningCluster.StartAsync();

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Authority_NeededByManyProcessesAtOnce_IsOne()
    {
        var processes = Enumerable.Range(0, 4).Select(_ => _cluster.Process()).ToList();

        var digests = await Task.WhenAll(processes.Select(p => Task.Run(async () => await p.GetRequiredService<ClusterAuthority>().DigestAsync(Token))));

        Assert.Equal(await Authority.DigestAsync(Token), Assert.Single(digests.Distinct()));
        foreach (var process in processes)
            await process.DisposeAsync();
    }

    [Fact]
    public async Task Authority_AtRest_HidesItsKey()
    {
        await Authority.DigestAsync(Token);
        await _cluster.StopAsync();

        var files = string.Concat(Directory.GetFiles(Path.GetDirectoryName(_cluster.DatabasePath)!, "gantry.db*").Select(f => Encoding.Latin1.GetString(File.ReadAllBytes(f))));

        Assert.Contains("BEGIN CERTIFICATE", files, StringComparison.Ordinal);
        Assert.DoesNotContain("PRIVATE KEY", files, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Certificate_OfAHost_IsGoodInItsNameForItsTime()
    {
        using var certificate = await IssueAsync(ClusterTrust.Of(Box));
        var (trust, now) = (await Authority.TrustAsync(Token), _cluster.Time.GetUtcNow());

        Assert.Equal("gantry:host:Box-1.a", trust.Check(certificate, ClusterTrust.ServerUse, now).Value);
        Assert.Null(trust.Demand(ClusterTrust.Of(Box), certificate, ClusterTrust.ClientUse, now.AddDays(89)));
        Assert.Equal(Box, ClusterTrust.HostOf(ClusterTrust.NameOf(certificate)));
        Assert.Contains("the clock here says", trust.Check(certificate, ClusterTrust.ServerUse, now.AddDays(91)).Refusal!.Message);
        Assert.Contains("the clock here says", trust.Check(certificate, ClusterTrust.ServerUse, now.AddHours(-1.5)).Refusal!.Message);
        Assert.Contains("not of gantry:host:box-2", trust.Demand(ClusterTrust.Of(new HostId("box-2")), certificate, ClusterTrust.ServerUse, now)!.Message);
    }

    [Fact]
    public async Task Certificate_OfAnybodyElse_IsNotBelieved()
    {
        var (trust, now) = (await Authority.TrustAsync(Token), _cluster.Time.GetUtcNow());
        using var selfMade = JoiningCluster.SelfMade(ClusterTrust.Control, now);
        await using var other = await JoiningCluster.StartAsync();
        using var foreign = await IssueAsync(ClusterTrust.Control, other.Get<ClusterAuthority>());

        Assert.Contains("not one of this cluster's authority", trust.Check(selfMade, ClusterTrust.ClientUse, now).Refusal!.Message);
        Assert.Contains("not one of this cluster's authority", trust.Check(foreign, ClusterTrust.ClientUse, now).Refusal!.Message);
        Assert.Contains("No certificate", trust.Check(null, ClusterTrust.ClientUse, now).Refusal!.Message);
    }

    /// <summary>A host must not be able to certify others with what it was given.</summary>
    [Fact]
    public async Task Certificate_SignedByAHost_IsNotBelieved()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var bare = await Authority.IssueAsync(ClusterTrust.Of(Box), new PublicKey(key), TimeSpan.FromDays(90), Token);
        using var host = bare.CopyWithPrivateKey(key);
        var names = new SubjectAlternativeNameBuilder();
        names.AddUri(new Uri(ClusterTrust.Control));
        var request = new CertificateRequest("O=Gantry", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(names.Build());
        var generator = X509SignatureGenerator.CreateForECDsa(key);
        using var signed = request.Create(host.SubjectName, generator, host.NotBefore, host.NotAfter, [1, 2, 3]);

        Assert.NotNull((await Authority.TrustAsync(Token)).Check(signed, ClusterTrust.ClientUse, _cluster.Time.GetUtcNow()).Refusal);
    }

    [Fact]
    public async Task Certificate_OfControl_IsReplacedAfterTwoThirdsOfItsTime()
    {
        var identity = _cluster.Get<ControlIdentity>();
        var first = (await identity.GetAsync(Token)).TargetCertificate.SerialNumber;
        _cluster.Time.Advance(TimeSpan.FromHours(15));
        Assert.Equal(first, (await identity.GetAsync(Token)).TargetCertificate.SerialNumber);
        _cluster.Time.Advance(TimeSpan.FromHours(2));
        var second = (await identity.GetAsync(Token)).TargetCertificate;

        Assert.NotEqual(first, second.SerialNumber);
        Assert.True(second.HasPrivateKey);
        Assert.Null((await Authority.TrustAsync(Token)).Demand(ClusterTrust.Control, second, ClusterTrust.ServerUse, _cluster.Time.GetUtcNow()));
    }

    private Task<X509Certificate2> IssueAsync(string name, ClusterAuthority? authority = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return (authority ?? Authority).IssueAsync(name, new PublicKey(key), TimeSpan.FromDays(90), Token);
    }
}
