using Gantry.Conformance;
using Gantry.Coordination;
using Gantry.Coordination.Etcd;
using Gantry.Engines.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Gantry.Engines.Tests.Etcd;

public sealed class EtcdTlsTests : IAsyncLifetime
{
    private readonly EtcdServer _server = new(tls: true);
    private readonly TempDirectory _stranger = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        using var authority = new TestAuthority(_server.Folder);
        authority.Issue("server");
        authority.Issue("gantry");
        using var other = new TestAuthority(_stranger.Path);
        other.Issue("gantry");
        await _server.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _stranger.Dispose();
    }

    [Fact]
    public async Task Lease_OverMutualTls_IsHeld()
    {
        await using var services = Services(_server.Folder, _server.Folder);
        await using var lease = await services.GetRequiredService<ILeases>().TryAcquireAsync("control", Token);
        Assert.NotNull(lease);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task Lease_WhenEitherSideIsAStranger_IsRefused(bool strangeServer, bool strangeClient)
    {
        await using var services = Services(strangeServer ? _stranger.Path : _server.Folder, strangeClient ? _stranger.Path : _server.Folder);
        await Assert.ThrowsAsync<CoordinationException>(() => services.GetRequiredService<ILeases>().TryAcquireAsync("control", Token).AsTask());
    }

    private ServiceProvider Services(string authority, string own) => new ServiceCollection().AddEtcdLeases(o =>
    {
        o.Endpoints = [_server.Url];
        o.CaPath = Path.Combine(authority, "ca.pem");
        (o.CertificatePath, o.KeyPath) = (Path.Combine(own, "gantry.pem"), Path.Combine(own, "gantry.key"));
    }).BuildServiceProvider();
}
