using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Gantry.Agent.Images;
using Gantry.Agent.Logs;
using Gantry.Agent.Metrics;
using Gantry.Agent.Remote;
using Gantry.Agent.Runtime;
using Gantry.Agent.Tests.Support;
using Gantry.Store.Blobs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Gantry.Agent.Tests.Remote;

/// <summary>A real host that is reached through its agent's calls only, over TLS.</summary>
public sealed class RemoteTestHost() : TestHost("r", plainIds: false), IAsyncLifetime
{
    private readonly int _port = FreePort.Take();
    private readonly X509Certificate2 _certificate = MakeCertificate();
    private WebApplication? _agent;

    internal IRemoteHost Remote { get; private set; } = null!;

    public override IContainerRuntime Runtime => Remote.Runtime;

    async ValueTask IAsyncLifetime.InitializeAsync()
    {
        await InitializeAsync();
        await StartAgentAsync();
        Remote = new RemoteHosts().Open($"127.0.0.1:{_port}", new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = IsTheAgents } });
        await Remote.Layers.PrepareAsync(new ImageLayers(Stack, Layer), Token);
    }

    public override async Task ReplaceAgentAsync()
    {
        await StopAgentAsync();
        await base.ReplaceAgentAsync();
        await StartAgentAsync();
        // The connection of before is found broken by the first call that uses it.
        await Until.TrueAsync(async () => await ListsAsync(), "The new agent never answered.");
    }

    /// <summary>The port refuses connections until <see cref="StartAgentAsync"/>.</summary>
    internal async Task StopAgentAsync()
    {
        await _agent!.StopAsync();
        await _agent.DisposeAsync();
    }

    internal async Task StartAgentAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel(k => k.Listen(IPAddress.Loopback, _port, l =>
        {
            l.Protocols = HttpProtocols.Http2;
            l.UseHttps(_certificate);
        }));
        builder.Services.Configure<Microsoft.Extensions.Hosting.HostOptions>(o => o.ShutdownTimeout = TimeSpan.Zero);
        builder.Services.AddHostAgent();
        builder.Services.AddSingleton(TimeProvider.System).AddSingleton<IBlobStore>(Blobs).AddSingleton(Services.GetRequiredService<ILayerCache>())
            .AddSingleton(Services.GetRequiredService<IContainerRuntime>()).AddSingleton(Services.GetRequiredService<IAppLog>())
            .AddSingleton(Services.GetRequiredService<IHostClock>()).AddSingleton(Services.GetRequiredService<IHostNeighbours>())
            .AddSingleton(Services.GetRequiredService<IHostLevels>());
        _agent = builder.Build();
        _agent.MapHostAgent();
        await _agent.StartAsync();
    }

    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        Remote.Dispose();
        await StopAgentAsync();
        await DisposeAsync();
        _certificate.Dispose();
    }

    private async Task<bool> ListsAsync()
    {
        try
        {
            await Runtime.ListAsync(Token);
            return true;
        }
        catch (RuntimeException)
        {
            return false;
        }
    }

    private bool IsTheAgents(object sender, X509Certificate? certificate, X509Chain? chain, System.Net.Security.SslPolicyErrors errors) =>
        certificate?.GetCertHashString() == _certificate.GetCertHashString();

    private static X509Certificate2 MakeCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=agent", key, HashAlgorithmName.SHA256);
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }
}

/// <summary>All tests of such a host share one.</summary>
[CollectionDefinition(Name)]
public sealed class RemoteCollection : ICollectionFixture<RemoteTestHost>
{
    public const string Name = "remote";
}
