using System.Collections.Concurrent;
using Gantry.Agent.Images;
using Gantry.Agent.Logs;
using Gantry.Agent.Metrics;
using Gantry.Agent.Remote;
using Gantry.Agent.Runtime;
using Gantry.Build;
using Gantry.Bus;
using Gantry.Bus.InProcess;
using Gantry.Conformance;
using Gantry.Conformance.Records;
using Gantry.Control.Containers;
using Gantry.Control.Hosts;
using Gantry.Control.Hosts.Joining;
using Gantry.Control.Leading;
using Gantry.Control.Work;
using Gantry.Coordination;
using Gantry.Domain;
using Gantry.Domain.Apps;
using Gantry.Domain.Containers;
using Gantry.Domain.Deployments;
using Gantry.Router;
using Gantry.Store.FileBlobs;
using Gantry.Store.Records;
using Gantry.Store.Sqlite;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Gantry.Control.Tests.Platform;

/// <summary>Control on the real stores, with a clock and a host that the test plays.</summary>
internal sealed class ControlHost : IAsyncDisposable
{
    private readonly TempDirectory _folder = new();
    private readonly Action<ControlOptions> _configure;
    private ServiceProvider _services;
    private bool _started;

    public ControlHost(Action<ControlOptions>? configure = null)
    {
        Runtime = new PlayedRuntime(Time);
        Far = new FarHosts(Time);
        _configure = configure ?? (_ => { });
        _services = Services(_configure).BuildServiceProvider();
    }

    public FakeTimeProvider Time { get; } = new(Samples.Now);
    public PlayedRuntime Runtime { get; }
    public FarHosts Far { get; }
    public PlayedLeases Leases { get; } = new();
    public ToldLog Log { get; } = new();
    public PlayedMetrics Metrics { get; } = new();
    public Records Records { get; } = new();

    /// <summary>What tells who leads.</summary>
    public Records Terms { get; } = new();

    /// <summary>All that routers ever got, of all daemons.</summary>
    public ConcurrentQueue<RouteTableModel> Tables { get; } = new();

    /// <summary>Of memory; set before the first placement.</summary>
    public double Overcommit { get; set; } = 4;

    /// <summary>False for a control process of a cluster; set before the first placement.</summary>
    public bool TakesContainers { get; set; } = true;

    /// <summary>Lets the host promise so many containers of size M and no more.</summary>
    public void HaveRoomFor(int containers) =>
        Overcommit = (containers + 0.5) * (512 << 10) / double.Parse(
            File.ReadLines("/proc/meminfo").First(l => l.StartsWith("MemTotal:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
            System.Globalization.CultureInfo.InvariantCulture);
    public IAppStore Apps => Get<IAppStore>();
    public IContainerStore Containers => Get<IContainerStore>();
    public IDeploymentStore Deployments => Get<IDeploymentStore>();
    public string DatabasePath => _folder.Of("gantry.db");

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>As the loops have it, while this process leads.</summary>
    public T Get<T>() where T : class => _services.GetRequiredService<Leadership>().Find<T>() ?? _services.GetRequiredService<T>();

    /// <summary>An app of alice with a release: the deployment and image are named after it.</summary>
    public async Task<App> AddAppAsync(string name = "my-app-1", int webs = 1)
    {
        await Get<IAccountStore>().AddUserAsync(Samples.User(), null, Token);
        var app = Samples.App(name) with
        {
            Status = AppStatus.Running, CurrentDeploymentId = new DeploymentId("d-" + name), CurrentImageId = new ImageId("im-" + name),
        };
        Assert.True((await Apps.AddAsync(app, Token)).IsSuccess);
        await Deployments.AddImageAsync(Samples.Image("im-" + name, app.Id.Value), Token);
        await Apps.SetFormationAsync(app.Id, [new ProcessFormation("web", webs, "M", "serve")], Token);
        return app;
    }

    public async Task<Container> AddContainerAsync(App app, string type = "web", int index = 1, string size = "M")
    {
        var container = new Container
        {
            Id = new ContainerId($"{app.Name}-{type}-{index}"), AppId = app.Id, DeploymentId = app.CurrentDeploymentId!.Value,
            ImageId = app.CurrentImageId!.Value, Type = type, Index = index, Size = size, Command = "serve", CreatedAt = Time.GetUtcNow(),
        };
        await Containers.AddAsync([container], Token);
        return container;
    }

    /// <summary>Queues a deployment, as the API does.</summary>
    public async Task<Deployment> QueueAsync(App app, DeploymentSource source)
    {
        var deployment = new Deployment
        {
            Id = NewId.Deployment(), AppId = app.Id, PusherId = app.OwnerId, PusherName = "alice", Source = source, CreatedAt = Time.GetUtcNow(),
        };
        await Deployments.AddAsync(deployment, Token);
        Get<IBus>().Publish(new DeploymentChanged(app.Id, deployment.Id, deployment.Status));
        return deployment;
    }

    /// <summary>One step for a container, on what the host shows now.</summary>
    public async Task<Container> StepAsync(ContainerId id)
    {
        if (Runtime.Find(id) is { } status)
            Get<RuntimeObserver>().Report(status);
        await Get<ContainerReconciler>().ReconcileAsync(id, Token);
        return (await Containers.FindAsync(id, Token))!;
    }

    public async Task<Container> OnlyLiveAsync(App app) => Assert.Single(await Containers.ListLiveAsync(app.Id, Token));

    /// <summary>Starts all loops. They wait on the played clock, so they act on notifications and at their start.</summary>
    public async Task StartAsync()
    {
        foreach (var service in _services.GetServices<IHostedService>())
            await service.StartAsync(Token);
        _started = true;
    }

    /// <summary>A loop that ended with a failure would have stopped the daemon.</summary>
    public IEnumerable<Exception> FailedLoops =>
        _services.GetServices<IHostedService>().OfType<BackgroundService>().Select(s => s.ExecuteTask?.Exception).OfType<Exception>();

    /// <summary>Changes the database behind the back of the store.</summary>
    public void Raw(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={DatabasePath};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        Assert.True(command.ExecuteNonQuery() > 0, "Nothing was changed by: " + sql);
    }

    /// <summary>Ends the daemon; what it recorded and what runs on the host stays.</summary>
    public async Task StopAsync()
    {
        foreach (var service in _started ? _services.GetServices<IHostedService>().Reverse() : [])
            await service.StopAsync(CancellationToken.None);
        await _services.DisposeAsync();
        _started = false;
    }

    /// <summary>The next daemon on what the last one left.</summary>
    public Task StartAgainAsync()
    {
        _services = Services(_configure).BuildServiceProvider();
        return StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _folder.Dispose();
    }

    private IServiceCollection Services(Action<ControlOptions> configure)
    {
        IServiceCollection services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(Time);
        services.AddSqliteStore(o => o.DatabasePath = DatabasePath);
        AwayStore<IAppStore>.Register(services, Records);
        AwayStore<IContainerStore>.Register(services, Records);
        AwayStore<IDeploymentStore>.Register(services, Records);
        AwayStore<IRouterStore>.Register(services, Records);
        AwayStore<ITermStore>.Register(services, Terms);
        services.AddFileBlobs(o => o.Directory = _folder.Of("blobs"));
        services.AddInProcessBus();
        services.AddSingleton<ILeases>(Leases);
        services.AddSingleton<IContainerRuntime>(Runtime).AddSingleton<IAppLog>(Log);
        services.AddSingleton<IHostMetrics>(Metrics);
        services.Configure<SchedulingOptions>(o =>
        {
            (o.HostName, o.HostIdPath, o.TakesContainers) = ("host-1", _folder.Of("host-id"), TakesContainers);
            o.Overcommit[SchedulingOptions.EveryClass]["memory"] = Overcommit;
        });
        services.AddSingleton<IHostClock>(new PlayedUptime(Time));
        services.AddSingleton<ILayerCache, PresentLayers>();
        services.AddSingleton(_ => new LastRoutes(Tables)).AddSingleton<IRouteTable>(s => s.GetRequiredService<LastRoutes>());
        services.AddSingleton<PlayedBuilder>().AddSingleton<IBuilder>(s => s.GetRequiredService<PlayedBuilder>());
        services.AddSingleton<IHostNeighbours>(Far);
        services.AddControl(o =>
        {
            o.ContainerPort = FreePort.Take();
            configure(o);
        });
        services.AddLeader();
        return services.AddSingleton<IRemoteHosts>(Far).AddSingleton<IHostChannels>(Far).AddSingleton<IHostLevels>(Far);
    }
}
