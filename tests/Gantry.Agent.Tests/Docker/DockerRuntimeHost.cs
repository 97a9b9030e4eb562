using Gantry.Agent.Runtime;
using Gantry.Agent.Tests.Support;
using Gantry.Conformance.Runtime;
using Gantry.Domain;
using Gantry.Store.Blobs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Gantry.Agent.Tests.Docker;

/// <summary>A host with a Docker Engine of its own: own sockets and folders, and no rule in the packet filter but Gantry's.</summary>
public class DockerRuntimeHost : RuntimeHost, IAsyncLifetime
{
    private ServiceProvider? _services;
    private DockerEngine? _engine;
    private Digest _stack;
    private Digest _layer;

    private readonly string[] _engineOptions;

    public DockerRuntimeHost() : this("d")
    {
    }

    private protected DockerRuntimeHost(string letter, params string[] engineOptions) =>
        (Name, Directory, _engineOptions) = ($"{letter}{Environment.ProcessId % 1_000_000}", Path.Combine("/tmp", $"gantry-docker-tests-{letter}{Environment.ProcessId}"), engineOptions);

    public override string Directory { get; }

    public override string Name { get; }

    public override Digest Stack => _stack;

    public override Digest Layer => _layer;

    public override IContainerRuntime Runtime => Services.GetRequiredService<IContainerRuntime>();

    internal IServiceProvider Services => _services!;

    internal DockerEngine Engine => _engine!;

    internal FolderBlobs Blobs { get; private set; } = null!;

    protected override string LogsDirectory => Path.Combine(Directory, "data", "logs");

    public async ValueTask InitializeAsync()
    {
        System.IO.Directory.CreateDirectory(Path.Combine(Directory, "blobs"));
        Blobs = new FolderBlobs(Path.Combine(Directory, "blobs"));
        _stack = (await Blobs.AddAsync(await TinyStack.StackAsync(Directory))).Digest;
        _layer = (await Blobs.AddAsync(await TinyStack.LayerAsync(Directory))).Digest;
        // It logs each call.
        _engine = await DockerEngine.StartAsync(Name, ["--log-level=debug", .. _engineOptions]);
        await StartAgentAsync();
    }

    public override async Task ReplaceAgentAsync()
    {
        await StopAgentAsync();
        await StartAgentAsync();
    }

    public override async Task<string> SnapshotAsync() => await ShellAsync(
        $"""
        prefix=$(nft list table inet {Name} | grep -m1 -o 'iifname "[^*]*' | cut -d'"' -f2)
        echo interfaces $(ip -o link | grep -c " $prefix[0-9]")
        echo cgroups $(find /sys/fs/cgroup -type d -path '*/{Name}/*' | wc -l)
        echo mounts $(grep -c '{Directory}' /proc/self/mounts)
        echo loops $(grep -l '{Directory}' /sys/block/loop*/loop/backing_file 2>/dev/null | wc -l)
        echo directories $(ls {Directory}/data/docker 2>/dev/null | wc -l)
        echo senders $(ls {Directory}/data/syslog/sources | wc -l)
        """) + $"containers {await CountAsync("ps", "--all")}\nnetworks {await CountAsync("network", "ls")}\n";

    public override async Task<string> SettledAsync()
    {
        // Log streams end some seconds after their containers.
        await Until.TrueAsync(() => !System.IO.Directory.EnumerateFiles(Path.Combine(Directory, "data", "docker"), "ended", SearchOption.AllDirectories).Any(), "A log never ended.");
        return await SnapshotAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_services is not null)
        {
            await Services.GetRequiredService<IHostCleanup>().PurgeAsync(CancellationToken.None);
            await StopAgentAsync();
        }

        if (_engine is not null)
            await _engine.DisposeAsync();
        System.IO.Directory.Delete(Directory, recursive: true);
        GC.SuppressFinalize(this);
    }

    private async Task<int> CountAsync(params string[] what) =>
        (await Engine.DockerAsync([.. what, "--quiet", "--filter", $"label=gantry.instance={Name}"])).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length;

    private async Task StartAgentAsync()
    {
        _services = new ServiceCollection().AddLogging().AddSingleton<IBlobStore>(Blobs).AddAgent(o =>
        {
            o.InstanceName = Name;
            o.DataDirectory = Path.Combine(Directory, "data");
            o.RunDirectory = Path.Combine(Directory, "run");
            o.Runtime = RuntimeKind.Docker;
            o.DockerSocket = Engine.Socket;
        }).BuildServiceProvider();
        foreach (var service in Services.GetServices<IHostedService>())
            await service.StartAsync(CancellationToken.None);
    }

    private async Task StopAgentAsync()
    {
        foreach (var service in Services.GetServices<IHostedService>().Reverse())
            await service.StopAsync(CancellationToken.None);
        await _services!.DisposeAsync();
    }
}

/// <summary>The same with an engine that maps users: it makes the user <c>dockremap</c> for that, if there is none.</summary>
public sealed class MappedDockerHost() : DockerRuntimeHost("u", "--userns-remap=default");

[CollectionDefinition(Name)]
public sealed class MappedDockerCollection : ICollectionFixture<MappedDockerHost>
{
    public const string Name = "docker with mapped users";
}

/// <summary>All tests of the Docker runtime share one engine.</summary>
[CollectionDefinition(Name)]
public sealed class DockerCollection : ICollectionFixture<DockerRuntimeHost>
{
    public const string Name = "docker";
}
