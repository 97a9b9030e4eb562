using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Gantry.Agent.Joining;
using Gantry.Contracts.Joining;
using Gantry.Control.Hosts.Joining;
using Gantry.Domain;
using Xunit;

namespace Gantry.Control.Tests.Hosts.Joining;

/// <summary>What anybody can send to the listener.</summary>
public sealed class JoinServerTests : IAsyncLifetime
{
    private static readonly Dictionary<string, long> Capacity = new() { ["cpu"] = 2000, ["memory"] = 1L << 30 };
    private JoiningCluster _cluster = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _cluster = await JoiningCluster.StartAsync();

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Request_ThatBreaksARule_IsRefusedByField()
    {
        var good = new JoinRequest(await _cluster.TokenAsync(), "box-1", JoiningCluster.Csr(), null, Capacity, "", "", null);
        using var rsa = RSA.Create(2048);
        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);

        Assert.Equal((403, "token"), await RefusedAsync(good with { Token = "x" }));
        Assert.Equal((403, "token"), await RefusedAsync(good with { Token = good.Token![..^1] + (good.Token[^1] == '0' ? '1' : '0') }));
        Assert.Equal((422, "name"), await RefusedAsync(good with { Name = "a b" }));
        Assert.Equal((422, "name"), await RefusedAsync(good with { Name = null }));
        Assert.Equal((422, "csr"), await RefusedAsync(good with { Csr = "-----BEGIN CERTIFICATE REQUEST-----" }));
        Assert.Equal((422, "csr"), await RefusedAsync(good with { Csr = null }));
        Assert.Equal((422, "csr"), await RefusedAsync(good with { Csr = JoiningCluster.Csr(p384) }));
        Assert.Equal((422, "csr"), await RefusedAsync(good with
        {
            Csr = new CertificateRequest("CN=x", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSigningRequestPem(),
        }));
        Assert.Equal((422, "address"), await RefusedAsync(good with { Address = "10.0.0.1" }));
        Assert.Equal((422, "address"), await RefusedAsync(good with { Address = "0.0.0.0:7444" }));
        Assert.Equal((422, "address"), await RefusedAsync(good with { Address = "[fd00::2]:7444" }));
        Assert.Equal((422, "address"), await RefusedAsync(good with { Address = "box:7444" }));
        Assert.Equal((422, "capacity"), await RefusedAsync(good with { Capacity = new Dictionary<string, long> { ["cpu"] = 2000 } }));
        Assert.Equal((422, "zone"), await RefusedAsync(good with { Zone = "a b" }));
        Assert.Equal((422, "now"), await RefusedAsync(good with { Now = _cluster.Time.GetUtcNow().AddHours(-2) }));
        Assert.Equal((400, ""), await RefusedAsync("{"));
        Assert.Equal((400, ""), await RefusedAsync("null"));
        Assert.Empty(await _cluster.Hosts.ListAsync(Token));
        Assert.Equal(200, (await _cluster.PostAsync("/hosts/join", good with { Address = "10.9.8.7:7000" })).Status);
        Assert.Equal("10.9.8.7:7000", (await _cluster.FindAsync("box-1")).Address);
    }

    [Fact]
    public async Task Tokens_ManyWrongOnes_HaveToWaitAMinute()
    {
        var good = new JoinRequest(await _cluster.TokenAsync(), "box-1", JoiningCluster.Csr(), null, Capacity, "", "", null);
        var wrong = good with { Token = good.Token![..^40] + new string('0', 40) };
        for (var i = 0; i < 10; i++)
            Assert.Equal(403, (await _cluster.PostAsync("/hosts/join", wrong)).Status);

        var (status, refusal) = await _cluster.PostAsync("/hosts/join", good);
        _cluster.Time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal((429, "too-many"), (status, refusal!.Code));
        Assert.Equal(200, (await _cluster.PostAsync("/hosts/join", good)).Status);
    }

    [Fact]
    public async Task Host_Removed_GetsNoNewCertificate()
    {
        using var own = JoiningCluster.Certificate(await _cluster.JoinAsync("box-1"));
        Assert.Equal(200, (await RenewAsync(own)).Status);

        await _cluster.Hosts.RemoveAsync(new HostId("box-1"), _cluster.Time.GetUtcNow(), true, Token);

        var (status, refusal) = await RenewAsync(own);
        Assert.Equal((403, "certificate"), (status, refusal!.Code));
        Assert.Contains("The host box-1 was removed from the cluster", refusal.Error);
    }

    [Fact]
    public async Task Renewal_WithoutTheCertificateOfAHost_IsRefused()
    {
        var now = _cluster.Time.GetUtcNow();
        await _cluster.JoinAsync("box-1");
        using var selfMade = JoiningCluster.SelfMade(ClusterTrust.Of(new HostId("box-1")), now);
        var control = (await _cluster.Get<ControlIdentity>().GetAsync(Token)).TargetCertificate;

        Assert.Contains("No certificate was shown", (await RenewAsync(null)).Refusal!.Error);
        Assert.Contains("not one of this cluster's authority", (await RenewAsync(selfMade)).Refusal!.Error);
        Assert.Contains("not that of a host", (await RenewAsync(control)).Refusal!.Error);
    }

    [Fact]
    public async Task Certificate_ThatRanOut_IsNotRenewed()
    {
        using var own = JoiningCluster.Certificate(await _cluster.JoinAsync("box-1"));
        _cluster.Time.Advance(TimeSpan.FromDays(91));
        Assert.Contains("the clock here says", (await RenewAsync(own)).Refusal!.Error);
        Assert.Contains("gantry hosts remove box-1", (await _cluster.Machine("box-1").EnsureAsync(null, null, Token)).Refusal!.Message);
    }

    [Fact]
    public async Task Listener_AskedForAnythingElse_HasNothing()
    {
        using var http = JoiningCluster.Client(null);
        Assert.Equal(404, (int)(await http.GetAsync(new Uri(_cluster.Url, "/admin/hosts"), Token)).StatusCode);
        Assert.Equal(404, (int)(await http.GetAsync(new Uri(_cluster.Url, "/"), Token)).StatusCode);
    }

    private Task<(int Status, JoiningRefusal? Refusal)> RenewAsync(X509Certificate2? own) =>
        _cluster.PostAsync("/hosts/renew", new RenewRequest(JoiningCluster.Csr()), own);

    private async Task<(int Status, string Field)> RefusedAsync(object body)
    {
        var (status, refusal) = await _cluster.PostAsync("/hosts/join", body);
        Assert.False(string.IsNullOrWhiteSpace(refusal?.Error));
        return (status, refusal!.Field);
    }
}
