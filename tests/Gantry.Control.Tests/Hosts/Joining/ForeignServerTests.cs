using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Gantry.Agent.Joining;
using Gantry.Contracts.Joining;
using Gantry.Control.Hosts.Joining;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Gantry.Control.Tests.Hosts.Joining;

/// <summary>Whoever sits between a machine and Control must not get the secret of its token.</summary>
public sealed class ForeignServerTests : IAsyncLifetime
{
    private readonly ConcurrentQueue<string> _requests = new();
    private JoiningCluster _cluster = null!;
    private WebApplication? _server;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _cluster = await JoiningCluster.StartAsync();

    public async ValueTask DisposeAsync()
    {
        if (_server is { } server)
            await server.DisposeAsync();
        await _cluster.DisposeAsync();
    }

    [Fact]
    public async Task Server_OfAnotherCluster_GetsNoToken()
    {
        await using var other = await JoiningCluster.StartAsync();

        var refused = await _cluster.Machine("box-1").EnsureAsync(other.Url, await _cluster.TokenAsync(), Token);

        Assert.Contains("belongs to another cluster", refused.Refusal!.Message);
        Assert.Empty(await other.Hosts.ListAsync(Token));
    }

    [Fact]
    public async Task Server_ThatShowsTheAuthorityButCanNotProveIt_GetsNoToken()
    {
        using var selfMade = JoiningCluster.SelfMade(ClusterTrust.Control, _cluster.Time.GetUtcNow());

        var refused = await _cluster.Machine("box-1").EnsureAsync(await ListenAsync(selfMade), await _cluster.TokenAsync(), Token);

        Assert.Contains("not one of this cluster's authority", refused.Refusal!.Message);
        Assert.Equal(["GET /hosts/authority"], _requests);
    }

    /// <summary>A host holds a certificate of the authority, and must not be able to play Control with it.</summary>
    [Fact]
    public async Task Server_WithTheCertificateOfAHost_GetsNoToken()
    {
        using var host = JoiningCluster.Certificate(await _cluster.JoinAsync("box-2"));

        var refused = await _cluster.Machine("box-1").EnsureAsync(await ListenAsync(host), await _cluster.TokenAsync(), Token);

        Assert.Contains("is that of gantry:host:box-2, not of gantry:control", refused.Refusal!.Message);
        Assert.Equal(["GET /hosts/authority"], _requests);
    }

    [Fact]
    public async Task Server_ThatIsNone_IsNamedInTheError()
    {
        var failed = await Assert.ThrowsAsync<IOException>(async () => await _cluster.Machine("box-1").EnsureAsync(new Uri("https://127.0.0.1:1"), await _cluster.TokenAsync(), Token));
        Assert.Contains("https://127.0.0.1:1/ does not answer as Control does", failed.Message);
    }

    private async Task<Uri> ListenAsync(X509Certificate2 certificate)
    {
        var authority = (await _cluster.Get<ClusterAuthority>().TrustAsync(Token)).AuthorityPem;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0, l => l.UseHttps(certificate)));
        _server = builder.Build();
        _server.Run(async http =>
        {
            _requests.Enqueue($"{http.Request.Method} {http.Request.Path}");
            await http.Response.WriteAsJsonAsync(new AuthorityReply(authority), JoiningJson.Default.AuthorityReply);
        });
        await _server.StartAsync(Token);
        return new Uri(_server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
    }
}
