using Gantry.Agent.Security;
using Gantry.Agent.Logs;
using Gantry.Agent.Metrics;
using Gantry.Agent.Runtime;
using Gantry.Api.Accounts;
using Gantry.Api.Attach;
using Gantry.Api.Tests.Support;
using Gantry.Bus;
using Gantry.Bus.InProcess;
using Gantry.Control.Hosts;
using Gantry.Control.Hosts.Joining;
using Gantry.Control.Hosts.Moves;
using Gantry.Domain;
using Gantry.Domain.Images;
using Gantry.Store.FileBlobs;
using Gantry.Store.Records;
using Gantry.Store.Sqlite;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

[assembly: AssemblyFixture(typeof(ApiServer))]

namespace Gantry.Api.Tests.Support;

/// <summary>The API on a real Kestrel with the real stores; only the host and its logs are fakes.</summary>
public sealed class ApiServer : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("gantry-api-").FullName;
    private WebApplication _app = null!;
    private int _tenants;

    internal FakeRuntime Runtime { get; } = new();
    internal FakeMetrics Metrics { get; } = new();
    internal FakeAppLog Log { get; } = new();
    internal FakeLogArchives Archives { get; } = new();
    internal FailureLog Failures { get; } = new();
    internal FakePorts Ports { get; } = new();
    internal string Folder => _folder;
    internal Uri Url { get; private set; } = null!;
    internal IServiceProvider Services => _app.Services;
    internal ApiOptions Options => Services.GetRequiredService<IOptions<ApiOptions>>().Value;
    internal IAppStore Apps => Services.GetRequiredService<IAppStore>();
    internal IDeploymentStore Deployments => Services.GetRequiredService<IDeploymentStore>();
    internal IContainerStore Containers => Services.GetRequiredService<IContainerStore>();
    internal IBus Bus => Services.GetRequiredService<IBus>();
    internal static StackId StackId { get; } = new("st-test");

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(Failures);
        builder.WebHost.UseKestrel(k => k.Listen(System.Net.IPAddress.Loopback, 0, l => l.UseAttach()));
        builder.Services.AddSqliteStore(o => o.DatabasePath = Path.Combine(_folder, "records.db"));
        builder.Services.AddFileBlobs(o => o.Directory = Path.Combine(_folder, "blobs"));
        builder.Services.AddInProcessBus();
        builder.Services.AddSingleton<ILogArchives>(Archives);
        builder.Services.AddSingleton<IContainerRuntime>(Runtime).AddSingleton<IAppLog>(Log);
        builder.Services.AddSingleton<IDeploymentCache>(Ports).AddSingleton<IStackAdmin>(Ports).AddSingleton<IDoctor>(Ports).AddSingleton<ISecurityAudit>(Ports);
        builder.Services.AddSingleton<IHostMetrics>(Metrics);
        builder.Services.AddSingleton<IHostPlanner, FakePlanner>().AddSingleton<IClusterLevels, FakeLevels>().AddSingleton<IHostDrains, FakeDrains>().AddSingleton<IRepackings, FakeRepackings>();
        // Tokens are made as if somebody listened there.
        builder.Services.AddSingleton<IHostJoining>(s => new ServiceCollection().AddHostJoining()
            .Configure<JoiningOptions>(o => o.Listen = "10.0.0.1:7443")
            .AddSingleton(s.GetRequiredService<IHostStore>()).AddSingleton(s.GetRequiredService<IAuthorityStore>()).AddLogging().BuildServiceProvider().GetRequiredService<IHostJoining>());
        builder.Services.AddApi(o =>
        {
            o.DataFolder = Path.Combine(_folder, "api");
            o.StreamPing = TimeSpan.FromMilliseconds(300);
            o.CollectInterval = TimeSpan.FromMilliseconds(300);
            o.MaxSourceBytes = 1_000_000;
            o.MaxUploadBytes = 1_000_000;
            o.FailedLoginsPerMinute = 1000;
        });
        _app = builder.Build();
        _app.MapApi();
        _app.MapGet("/other", () => "not of the API");
        await _app.StartAsync(TestContext.Current.CancellationToken);
        Url = new Uri(Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        Options.PublicUrl = Url;
        await Deployments.PutStackAsync(
            new Stack(StackId, "gantry-12", "Debian 12", "debian:12", true, FakePorts.SomeDigest, FakePorts.SomeDigest, DateTimeOffset.UtcNow, null), default);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>A new account of its own for a test.</summary>
    internal async Task<Tenant> NewTenantAsync(bool isOperator = false, string? password = null)
    {
        var number = Interlocked.Increment(ref _tenants);
        var accounts = Services.GetRequiredService<IAccounts>();
        var user = await accounts.AddUserAsync(new NewUser($"user{number}", $"user{number}@example.org", password, isOperator), default);
        var issued = await accounts.AddTokenAsync(user.Value.Id, "test", default);
        var tenant = new Tenant(this, user.Value, issued.Secret, number);
        await tenant.LogInAsync();
        return tenant;
    }
}
