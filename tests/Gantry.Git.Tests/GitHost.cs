using System.Net;
using System.Net.Sockets;
using Gantry.Api.Git;
using Gantry.Bus;
using Gantry.Bus.InProcess;
using Gantry.Domain;
using Gantry.Domain.Accounts;
using Gantry.Domain.Apps;
using Gantry.Domain.Deployments;
using Gantry.Store.Blobs;
using Gantry.Store.FileBlobs;
using Gantry.Store.Records;
using Gantry.Store.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Gantry.Git.Tests;

/// <summary>The real SSH server and git, the real stores, and a control that the test plays.</summary>
internal sealed class GitHost : IAsyncDisposable
{
    /// <summary>Not under /tmp: sshd accepts no key command below a folder that all may write.</summary>
    private readonly string _folder = $"/var/lib/gantry-git-tests-{Guid.NewGuid():N}";
    private readonly string _run = Directory.CreateTempSubdirectory("gantry-git-").FullName;
    private readonly CancellationTokenSource _stop = new();
    private readonly int _port = FreePort.Take();
    private IHost _host;
    private Task _control = Task.CompletedTask;

    private GitHost(Action<GitOptions> configure)
    {
        Directory.CreateDirectory(_folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        _configure = configure;
        _host = Build();
    }

    private readonly Action<GitOptions> _configure;

    public const string UserName = "gantrygittest";

    /// <summary>What the deployment loop does with a queued deployment; success by default.</summary>
    public Func<Deployment, Task> Deploy { get; set; } = _ => Task.CompletedTask;

    public IDeploymentStore Deployments => _host.Services.GetRequiredService<IDeploymentStore>();

    public IBlobStore Blobs => _host.Services.GetRequiredService<IBlobStore>();

    public IAccountStore Accounts => _host.Services.GetRequiredService<IAccountStore>();

    public string Data => _folder;

    private IBus Bus => _host.Services.GetRequiredService<IBus>();

    public static async Task<GitHost> StartAsync(Action<GitOptions>? configure = null)
    {
        var host = new GitHost(configure ?? (_ => { }));
        await host.StartHostAsync();
        return host;
    }

    public async Task RestartAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        _host.Dispose();
        _host = Build();
        await StartHostAsync();
    }

    public async Task<TestUser> AddUserAsync(string name, string keyType = "ed25519")
    {
        var user = new User(new UserId($"us-{name}"), name, $"{name}@example.invalid", false, DateTimeOffset.UtcNow);
        Assert.True((await Accounts.AddUserAsync(user, null, default)).IsSuccess);
        var key = Path.Combine(_run, $"key-{name}");
        await Shell.MustAsync(_run, $"ssh-keygen -q -t {keyType} -N '' -C {name} -f {key}");
        var print = (await Shell.MustAsync(_run, $"ssh-keygen -lf {key}.pub")).Split(' ')[1];
        var content = (await File.ReadAllTextAsync(key + ".pub")).Trim();
        var added = await Accounts.AddKeyAsync(new SshKey(new KeyId($"key-{name}"), user.Id, name, content, print, DateTimeOffset.UtcNow), default);
        Assert.True(added.IsSuccess);
        return new TestUser(user, key, _run, _port);
    }

    public async Task<App> AddAppAsync(string name, TestUser owner)
    {
        var app = new App
        {
            Id = new AppId($"ap-{Guid.NewGuid():N}"), Name = AppName.Parse(name).Value, OwnerId = owner.User.Id, StackId = new StackId("st-1"),
            CreatedAt = DateTimeOffset.UtcNow, UpdatedAt = DateTimeOffset.UtcNow,
        };
        var added = await _host.Services.GetRequiredService<IAppStore>().AddAsync(app, default);
        Assert.True(added.IsSuccess, added.Refusal?.ToString());
        return app;
    }

    public async Task OutputAsync(Deployment deployment, string text)
    {
        await Deployments.AppendOutputAsync(deployment.Id, text, default);
        Bus.Publish(new DeploymentOutput(deployment.AppId, deployment.Id));
    }

    public async Task EndAsync(Deployment deployment, DeploymentStatus status, string? reason = null)
    {
        await Deployments.UpdateAsync(deployment.Id, d => d with { Status = status, FailureReason = reason, FinishedAt = DateTimeOffset.UtcNow }, default);
        Bus.Publish(new DeploymentChanged(deployment.AppId, deployment.Id, status));
    }

    public async Task<Deployment> OnlyDeploymentAsync(App app)
    {
        var (page, _) = await Deployments.ListAsync(app.Id, 1, 10, default);
        return Assert.Single(page);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _host.StopAsync(CancellationToken.None);
        await _control;
        _host.Dispose();
        Directory.Delete(_folder, recursive: true);
        Directory.Delete(_run, recursive: true);
    }

    private IHost Build()
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Services.AddSqliteStore(o => o.DatabasePath = Path.Combine(_folder, "gantry.db"));
        builder.Services.AddFileBlobs(o => o.Directory = Path.Combine(_folder, "blobs"));
        builder.Services.AddInProcessBus();
        builder.Services.AddGit(o =>
        {
            o.DataDirectory = _folder;
            o.RunDirectory = _run;
            o.UserName = UserName;
            o.Listen = $"127.0.0.1:{_port}";
            o.RestartDelay = TimeSpan.FromMilliseconds(200);
            _configure(o);
        });
        return builder.Build();
    }

    private async Task StartHostAsync()
    {
        await _host.StartAsync(TestContext.Current.CancellationToken);
        _control = ControlAsync(Bus.Subscribe(_stop.Token));
        await Until.TrueAsync(AcceptsAsync, "sshd accepts connections");
    }

    private async Task ControlAsync(IAsyncEnumerable<Notification> notifications)
    {
        var running = new List<Task>();
        try
        {
            await foreach (var n in notifications)
            {
                if (n is DeploymentChanged { Status: DeploymentStatus.Queued } queued && await Deployments.FindAsync(queued.DeploymentId, default) is { AbortRequested: false } d)
                    running.Add(DeployOneAsync(d));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(running);
        }
    }

    private async Task DeployOneAsync(Deployment deployment)
    {
        await Deploy(deployment);
        if (await Deployments.FindAsync(deployment.Id, default) is { } now && !now.Status.IsFinished() && !now.AbortRequested)
            await EndAsync(deployment, DeploymentStatus.Success);
    }

    private async Task<bool> AcceptsAsync()
    {
        using var socket = new TcpClient();
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, _port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
