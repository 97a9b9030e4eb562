using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Gantry.Control.Tests.LogDrains;

/// <summary>A certificate for loopback that signs itself.</summary>
internal static class LoopbackCertificate
{
    /// <summary>Writes <c>cert.pem</c> and <c>key.pem</c>.</summary>
    public static X509Certificate2 Make(string folder)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(Path.Combine(folder, "cert.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, "key.pem"), key.ExportPkcs8PrivateKeyPem());
        return certificate;
    }
}

/// <summary>Debian's rsyslog as a receiver.</summary>
internal sealed class RsyslogReceiver : IAsyncDisposable
{
    private readonly string _folder;
    private readonly string _kind;
    private Process? _process;

    public RsyslogReceiver(string folder, string kind) => (_folder, _kind) = (folder, kind);

    public int Port { get; } = FreePort.Take();

    public string[] Lines => File.Exists(Received) ? File.ReadAllText(Received).Split('\n')[..^1] : [];

    private string Received => Path.Combine(_folder, "received");

    public async Task StartAsync()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "rsyslog.conf"),
            $$"""
            global(workDirectory="{{_folder}}" maxMessageSize="64k" defaultNetstreamDriver="ossl" defaultNetstreamDriverCAFile="{{_folder}}/cert.pem"
                   defaultNetstreamDriverCertFile="{{_folder}}/cert.pem" defaultNetstreamDriverKeyFile="{{_folder}}/key.pem")
            {{(_kind == "udp" ? "module(load=\"imudp\")" : _kind == "tcp" ? "module(load=\"imtcp\" StreamDriver.Name=\"ptcp\")" : "module(load=\"imtcp\" StreamDriver.Name=\"ossl\" StreamDriver.Mode=\"1\" StreamDriver.AuthMode=\"anon\")")}}
            input(type="{{(_kind == "udp" ? "imudp" : "imtcp")}}" address="127.0.0.1" port="{{Port}}")
            template(name="plain" type="string" string="%hostname%|%app-name%|%structured-data%|%msg%\n")
            action(type="omfile" file="{{Received}}" template="plain")
            """);
        _process = Process.Start(new ProcessStartInfo("rsyslogd", ["-n", "-f", Path.Combine(_folder, "rsyslog.conf"), "-i", Path.Combine(_folder, "rsyslog.pid")]))!;
        await Until.TrueAsync(IsListening, "rsyslog listens");
    }

    public async Task StopAsync()
    {
        if (_process is null) return;
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private bool IsListening() =>
        File.ReadLines(_kind == "udp" ? "/proc/net/udp" : "/proc/net/tcp").Any(line => line.Contains($" 0100007F:{Port:X4} "));
}

/// <summary>A web server on loopback that notes what it is sent and answers as it is told.</summary>
internal sealed class HttpReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;

    private HttpReceiver(WebApplication app) => _app = app;

    public ConcurrentQueue<(string Path, string Authorization, string Key, string Body)> Requests { get; } = new();

    public Func<string, (int Status, string Body)> Answer { get; set; } = _ => (200, "{}");

    public string Url => _app.Urls.First();

    public static async Task<HttpReceiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel(k => k.Listen(IPAddress.Loopback, 0));
        var receiver = new HttpReceiver(builder.Build());
        receiver._app.MapPost("/{**path}", receiver.TakeAsync);
        await receiver._app.StartAsync();
        return receiver;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        var body = await new StreamReader(context.Request.Body).ReadToEndAsync();
        var (status, answer) = Answer(body);
        Requests.Enqueue(($"{context.Request.Path}{context.Request.QueryString}", context.Request.Headers.Authorization.ToString(), context.Request.Headers["DD-API-KEY"].ToString(), body));
        context.Response.StatusCode = status;
        await context.Response.WriteAsync(answer);
    }
}
