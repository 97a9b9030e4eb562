using System.Net.Http.Json;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Gantry.Agent.Joining;
using Gantry.Conformance;
using Gantry.Conformance.Records;
using Gantry.Contracts.Joining;
using Gantry.Control.Hosts.Joining;
using Gantry.Domain;
using Gantry.Domain.Hosts;
using Gantry.Store.Records;
using Gantry.Store.Sqlite;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Xunit;
using Host = Gantry.Domain.Hosts.Host;

namespace Gantry.Control.Tests.Hosts.Joining;

/// <summary>Control as far as machines that join see it: real records, real TLS, a clock that the test plays.</summary>
internal sealed class JoiningCluster : IAsyncDisposable
{
    private readonly TempDirectory _folder = new();
    private readonly List<WebApplication> _agents = [];
    private readonly ServiceProvider _services;

    private JoiningCluster() => _services = Process();

    public FakeTimeProvider Time { get; } = new(Samples.Now);
    public IHostStore Hosts => Get<IHostStore>();
    public Uri Url => Get<JoinServer>().Url!;
    public string DatabasePath => _folder.Of("gantry.db");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<JoiningCluster> StartAsync()
    {
        var cluster = new JoiningCluster();
        foreach (var service in cluster._services.GetServices<IHostedService>())
            await service.StartAsync(Token);
        return cluster;
    }

    public T Get<T>() where T : notnull => _services.GetRequiredService<T>();

    /// <summary>A further control process on the same records; it does not listen.</summary>
    public ServiceProvider Process()
    {
        var services = new ServiceCollection().AddLogging().AddSingleton<TimeProvider>(Time).AddSqliteStore(o => o.DatabasePath = DatabasePath);
        return services.AddHostJoining().Configure<JoiningOptions>(o => o.Listen = "127.0.0.1:0").BuildServiceProvider();
    }

    public async Task<string> TokenAsync() => (await Get<IHostJoining>().IssueTokenAsync(null, Token)).Value.Token;

    public string Folder(string machine) => _folder.Of(machine);

    public HostMembership Machine(string name, string? address = null) =>
        new(new MembershipOptions { DataDirectory = Folder(name), Name = name, Address = address }, Time);

    public async Task<HostIdentity> JoinAsync(string name, string? address = null) =>
        (await Machine(name, address).EnsureAsync(Url, await TokenAsync(), Token)).Value;

    public async Task<Host> FindAsync(string host) => (await Hosts.FindAsync(new HostId(host), Token))!;

    /// <summary>The agent of a host that joined, at its address: it says its name.</summary>
    public async Task<HostCertificates> ServeAsync(HostIdentity identity, int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<TimeProvider>(Time).AddHostMembership(identity, Folder(identity.Host));
        builder.WebHost.ConfigureKestrel(k => k.ListenLocalhost(port, l => l.UseHostCertificates(k.ApplicationServices.GetRequiredService<HostCertificates>())));
        var app = builder.Build();
        app.MapGet("/name", (HttpContext http) => $"{identity.Host} over {http.Request.Protocol}");
        await app.StartAsync(Token);
        _agents.Add(app);
        return app.Services.GetRequiredService<HostCertificates>();
    }

    public async Task<string> AskAsync(Host host)
    {
        using var http = new HttpClient(Get<IHostChannels>().Open(host)) { DefaultRequestVersion = new Version(2, 0) };
        return await http.GetStringAsync(new Uri("https://agent/name"), Token);
    }

    /// <summary>Any client at all: it believes every server.</summary>
    public static HttpClient Client(X509Certificate2? own) => new(new SocketsHttpHandler
    {
        SslOptions = new SslClientAuthenticationOptions
        {
            RemoteCertificateValidationCallback = (_, _, _, _) => true,
            LocalCertificateSelectionCallback = own is null ? null : (_, _, _, _, _) => own,
        },
    });

    public async Task<(int Status, JoiningRefusal? Refusal)> PostAsync(string path, object body, X509Certificate2? own = null)
    {
        using var http = Client(own);
        using var response = await http.PostAsync(new Uri(Url, path), body is string text ? new StringContent(text) : JsonContent.Create(body, JoiningJson.Default.GetTypeInfo(body.GetType())!), Token);
        return ((int)response.StatusCode, response.IsSuccessStatusCode ? null : await response.Content.ReadFromJsonAsync(JoiningJson.Default.JoiningRefusal, Token));
    }

    public static X509Certificate2 Certificate(HostIdentity identity) => X509Certificate2.CreateFromPem(identity.Certificate, identity.Key);

    public static string Csr(ECDsa? key = null)
    {
        using var made = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new CertificateRequest("CN=x", key ?? made, HashAlgorithmName.SHA256).CreateSigningRequestPem();
    }

    /// <summary>What a tenant can make for himself.</summary>
    public static X509Certificate2 SelfMade(string name, DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("O=Gantry", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddUri(new Uri(name));
        request.CertificateExtensions.Add(names.Build());
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(30));
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _folder.Dispose();
    }

    /// <summary>Ends all processes; what they wrote stays.</summary>
    public async Task StopAsync()
    {
        foreach (var agent in _agents)
            await agent.DisposeAsync();
        _agents.Clear();
        await _services.DisposeAsync();
    }
}
