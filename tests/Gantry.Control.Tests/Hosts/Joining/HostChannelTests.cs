using System.Security.Cryptography.X509Certificates;
using Gantry.Agent.Joining;
using Gantry.Control.Hosts.Joining;
using Gantry.Domain;
using Gantry.Tests;
using Xunit;

namespace Gantry.Control.Tests.Hosts.Joining;

/// <summary>Between Control and the agent of a host that joined.</summary>
public sealed class HostChannelTests : IAsyncLifetime
{
    private JoiningCluster _cluster = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _cluster = await JoiningCluster.StartAsync();

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Control_CallsAnAgent_OverHttp2()
    {
        await JoinAndServeAsync("box-1");
        Assert.Equal("box-1 over HTTP/2", await _cluster.AskAsync(await _cluster.FindAsync("box-1")));
    }

    [Fact]
    public async Task Control_MeetsAnotherHostAtAnAddress_SaysNothingToIt()
    {
        await JoinAndServeAsync("box-1");
        await _cluster.JoinAsync("box-2", (await _cluster.FindAsync("box-1")).Address);
        await Assert.ThrowsAsync<HttpRequestException>(async () => await _cluster.AskAsync(await _cluster.FindAsync("box-2")));
    }

    [Fact]
    public async Task Channel_ToARemovedHost_IsNotOpened()
    {
        await JoinAndServeAsync("box-1");
        var removed = (await _cluster.Hosts.RemoveAsync(new HostId("box-1"), _cluster.Time.GetUtcNow(), false, Token)).Value;
        Assert.Throws<InvalidOperationException>(() => _cluster.Get<IHostChannels>().Open(removed));
    }

    [Fact]
    public async Task Agent_CalledByAnybodyButControl_LetsNobodyIn()
    {
        var (identity, port) = await JoinAndServeAsync("box-1");
        using var tenant = JoiningCluster.SelfMade(ClusterTrust.Control, _cluster.Time.GetUtcNow());
        using var other = JoiningCluster.Certificate(await _cluster.JoinAsync("box-2"));
        using var own = JoiningCluster.Certificate(identity);
        await using var foreign = await JoiningCluster.StartAsync();
        var foreignControl = (await foreign.Get<ControlIdentity>().GetAsync(Token)).TargetCertificate;

        foreach (var certificate in (X509Certificate2?[])[null, tenant, other, own, foreignControl])
        {
            using var http = JoiningCluster.Client(certificate);
            await Assert.ThrowsAnyAsync<HttpRequestException>(() => http.GetStringAsync(new Uri($"https://127.0.0.1:{port}/name"), Token));
        }

        using var control = JoiningCluster.Client((await _cluster.Get<ControlIdentity>().GetAsync(Token)).TargetCertificate);
        Assert.StartsWith("box-1", await control.GetStringAsync(new Uri($"https://127.0.0.1:{port}/name"), Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Certificate_AfterTwoThirdsOfItsTime_IsRenewedWhileTheAgentServes()
    {
        var port = FreePort.Take();
        var identity = await _cluster.JoinAsync("box-1", $"127.0.0.1:{port}");
        var certificates = await _cluster.ServeAsync(identity, port);
        Assert.StartsWith("box-1", await _cluster.AskAsync(await _cluster.FindAsync("box-1")), StringComparison.Ordinal);

        _cluster.Time.Advance(TimeSpan.FromDays(59));
        Assert.Equal(identity, certificates.Identity);
        _cluster.Time.Advance(TimeSpan.FromDays(2));
        await Until.TrueAsync(() => certificates.Identity != identity, "the agent has no new certificate");

        Assert.NotEqual(identity.Key, certificates.Identity.Key);
        Assert.Equal(certificates.Identity, _cluster.Machine("box-1").Find());
        // The first certificate has run out by then.
        _cluster.Time.Advance(TimeSpan.FromDays(40));
        Assert.StartsWith("box-1", await _cluster.AskAsync(await _cluster.FindAsync("box-1")), StringComparison.Ordinal);
    }

    private async Task<(HostIdentity Identity, int Port)> JoinAndServeAsync(string name)
    {
        var port = FreePort.Take();
        var identity = await _cluster.JoinAsync(name, $"127.0.0.1:{port}");
        await _cluster.ServeAsync(identity, port);
        return (identity, port);
    }
}
