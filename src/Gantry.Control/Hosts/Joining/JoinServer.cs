using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Gantry.Control.Hosts.Joining;

/// <summary>
/// The listener for machines that join and for hosts that renew. It is a web application of its own: nothing of the API can be reached
/// through it, and joining not through the API's.
/// </summary>
internal sealed partial class JoinServer(
    JoinEndpoints endpoints, ControlIdentity identity, IOptions<JoiningOptions> options, ILoggerFactory loggers, ILogger<JoinServer> logger) : IHostedService, IAsyncDisposable
{
    private const int MaxBodyBytes = 64 * 1024;

    private WebApplication? _app;

    /// <summary>Null while nobody listens.</summary>
    public Uri? Url { get; private set; }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.Value.Listen.Length == 0)
            return;
        if (!IPEndPoint.TryParse(options.Value.Listen, out var listen))
            throw new FormatException($"Hosts cannot be awaited on '{options.Value.Listen}' (Gantry:Hosts:Listen): expected address:port such as 10.0.0.1:7443, or nothing.");
        _app = Build(listen);
        endpoints.Map(_app);
        try
        {
            await _app.StartAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            throw new IOException($"Hosts cannot be awaited on {listen}: {e.Message} Set Gantry:Hosts:Listen to a free address, or to nothing if no other machine is to join.", e);
        }

        var address = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        Url = new Uri(address);
        Log.Listening(logger, Url);
    }

    public Task StopAsync(CancellationToken cancellationToken) => _app?.StopAsync(cancellationToken) ?? Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_app is { } app)
            await app.DisposeAsync().ConfigureAwait(false);
    }

    private WebApplication Build(IPEndPoint listen)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(loggers);
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxBodyBytes;
            kestrel.Limits.MaxConcurrentConnections = 1000;
            kestrel.Listen(listen, l => l.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = c => TlsAsync(c.CancellationToken) }));
        });
        return builder.Build();
    }

    /// <summary>Who joins has no certificate yet: one is asked for, and what is shown is judged by the endpoint that needs it.</summary>
    private async ValueTask<SslServerAuthenticationOptions> TlsAsync(CancellationToken token) => new()
    {
        ServerCertificateContext = await identity.GetAsync(token).ConfigureAwait(false),
        ClientCertificateRequired = true,
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        AllowTlsResume = false,
        RemoteCertificateValidationCallback = (_, _, _, _) => true,
    };

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Hosts may join at {Url}")]
        public static partial void Listening(ILogger logger, Uri url);
    }
}
