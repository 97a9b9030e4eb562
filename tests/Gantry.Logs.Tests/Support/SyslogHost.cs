using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Gantry.Agent.Logs;
using Gantry.Agent.Logs.Syslog;
using Gantry.Domain;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Gantry.Logs.Tests.Support;

/// <summary>A listener on loopback with the logs of one scratch directory behind it.</summary>
internal sealed class SyslogHost : IAsyncDisposable
{
    private SyslogHost(SyslogListener listener) => Listener = listener;

    public SyslogListener Listener { get; }

    public static async Task<SyslogHost> StartAsync(Scratch scratch, Action<SyslogOptions>? configure = null, TimeProvider? clock = null)
    {
        var options = new SyslogOptions { PlainListen = "127.0.0.1:0" };
        configure?.Invoke(options);
        var logs = Options.Create(new AppLogOptions { Directory = scratch.Path("logs") });
        var host = new SyslogHost(new SyslogListener(scratch.Path("syslog"), options, logs, clock ?? TimeProvider.System, NullLogger<SyslogListener>.Instance));
        await host.Listener.StartAsync(CancellationToken.None);
        return host;
    }

    public string Register(string source, string container = "c1", long? lines = null) =>
        Listener.Register(new SyslogSource(Kept.App, source, new ContainerId(container), lines));

    public async Task<Stream> ConnectAsync()
    {
        var client = new TcpClient();
        await client.ConnectAsync(Listener.PlainEndpoint!, TestContext.Current.CancellationToken);
        return client.GetStream();
    }

    /// <summary>A sender that trusts the listener's authority and nobody else, as Docker is told to.</summary>
    public async Task<SslStream> ConnectSecurelyAsync(string host = "127.0.0.1")
    {
        var client = new TcpClient();
        await client.ConnectAsync(Listener.SecureEndpoint, TestContext.Current.CancellationToken);
        var stream = new SslStream(client.GetStream());
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(X509CertificateLoader.LoadCertificateFromFile(Listener.AuthorityPath));
        await stream.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions { TargetHost = host, CertificateChainPolicy = policy }, TestContext.Current.CancellationToken);
        return stream;
    }

    /// <summary>What Docker's <c>rfc5424micro</c> makes of a line, framed as it frames it over TLS.</summary>
    public static byte[] Counted(string tag, string text)
    {
        var message = Encoding.UTF8.GetBytes($"<30>1 2026-11-24T14:00:00.123456Z host {tag} 4711 {tag} - {text}");
        return [.. Encoding.ASCII.GetBytes($"{message.Length} "), .. message];
    }

    public static byte[] Line(string tag, string text) => Encoding.UTF8.GetBytes($"<13>Nov 24 14:00:00 host {tag}[7]: {text}\n");

    public async ValueTask DisposeAsync()
    {
        await Listener.StopAsync(CancellationToken.None);
        Listener.Dispose();
    }
}
