using Gantry.Agent.Runtime;
using Gantry.Conformance.Runtime;
using Gantry.Domain;
using Gantry.Store.Blobs;
using Microsoft.Extensions.DependencyInjection;

[assembly: AssemblyFixture(typeof(Gantry.Agent.Tests.Support.TestHost))]
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]

namespace Gantry.Agent.Tests.Support;

/// <summary>A real host of its own: own supervisor, subnet, packet filter and directories. All tests share it.</summary>
public class TestHost : RuntimeHost, IAsyncLifetime
{
    /// <summary>Where this host's control plane would be.</summary>
    public const string ControlPlane = "198.18.78.0/24";
    public const int ConnectionsPerContainer = 2000;
    private const long MiB = 1 << 20;
    private readonly bool _plainIds;
    private ServiceProvider? _services;
    private Digest _stack;
    private Digest _layer;

    public TestHost() : this("t", plainIds: false)
    {
    }

    protected TestHost(string kind, bool plainIds)
    {
        _plainIds = plainIds;
        Name = $"{kind}{Environment.ProcessId % 1_000_000}";
        Directory = Path.Combine("/tmp", $"gantry-agent-tests-{Name}");
    }

    public override string Directory { get; }

    public override string Name { get; }

    public override string AppUser => _plainIds ? @"^[1-9]\d{8,}$" : base.AppUser;

    public override Digest Stack => _stack;

    public override Digest Layer => _layer;

    public IServiceProvider Services => _services!;

    public override IContainerRuntime Runtime => Services.GetRequiredService<IContainerRuntime>();

    internal FolderBlobs Blobs { get; private set; } = null!;

    public string RunDirectory => $"/run/gantry-{Name}";

    internal string Data => Path.Combine(Directory, "data");

    public async ValueTask InitializeAsync()
    {
        System.IO.Directory.CreateDirectory(Path.Combine(Directory, "blobs"));
        Blobs = new FolderBlobs(Path.Combine(Directory, "blobs"));
        _stack = (await Blobs.AddAsync(await TinyStack.StackAsync(Directory))).Digest;
        _layer = (await Blobs.AddAsync(await TinyStack.LayerAsync(Directory))).Digest;
        _services = NewAgent();
    }

    /// <summary>What a new gantryd has after its predecessor was killed.</summary>
    public ServiceProvider NewAgent() => new ServiceCollection().AddLogging()
        .AddSingleton<IBlobStore>(Blobs)
        .AddAgent(o =>
        {
            o.InstanceName = Name;
            o.DataDirectory = Data;
            o.RunDirectory = RunDirectory;
            o.SupervisorPath = Path.Combine(AppContext.BaseDirectory, "supervisor", "Gantry.Supervisor");
            o.WarmScratchBytes = 64 * MiB;
            o.PoolSize = 2;
            o.PlainIds = _plainIds;
            o.BlockedRanges.Add(ControlPlane);
            o.ConnectionsPerContainer = ConnectionsPerContainer;
        })
        .BuildServiceProvider();

    public override async Task ReplaceAgentAsync()
    {
        await _services!.DisposeAsync();
        _services = NewAgent();
    }

    protected override string LogsDirectory => Path.Combine(Data, "logs");

    /// <summary>The host's own mount table must never show any of it.</summary>
    public override Task<string> SnapshotAsync() => Shell.RunAsync(
        $"""
        prefix=$(nft list table inet {Name} | grep -m1 -o 'iifname "[^*]*' | cut -d'"' -f2)
        echo interfaces $(ip -o link | grep -c " $prefix[0-9]")
        echo cgroups $(find /sys/fs/cgroup -type d -path '*/{Name}/*' | wc -l)
        echo mounts $(grep -c '{Directory}\|{RunDirectory}' /proc/self/mounts)
        supervisor=$(pgrep -f '[G]antry.Supervisor {RunDirectory}/supervisor.json')
        echo inner mounts $(grep -c '{RunDirectory}' /proc/$supervisor/mounts)
        echo scratch disks $(grep -c ' {RunDirectory}/mnt/[0-9]*/scratch ' /proc/$supervisor/mounts)
        echo loops $(grep -l '{Directory}' /sys/block/loop*/loop/backing_file 2>/dev/null | wc -l)
        echo directories $(ls {Data}/containers {RunDirectory}/crun | grep -c c-)
        echo children $(ps --ppid $supervisor -o pid= | wc -l)
        """);

    public override async Task<string> SettledAsync()
    {
        // The supervisor comes with the first call, and its pool of slots fills in the pauses.
        await Runtime.ListAsync(Token);
        // A slot has its interface first and its disk last: who looks in between sees a host that never comes back.
        var snapshot = "";
        await Until.TrueAsync(
            async () =>
            {
                snapshot = await SnapshotAsync();
                return snapshot.StartsWith("interfaces 2\n", StringComparison.Ordinal) && snapshot.Contains("\nscratch disks 2\n", StringComparison.Ordinal);
            },
            "The pool never filled.");
        return snapshot;
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await Services.GetRequiredService<IHostCleanup>().PurgeAsync(CancellationToken.None);
        await _services!.DisposeAsync();
        System.IO.Directory.Delete(Directory, recursive: true);
        System.IO.Directory.Delete(RunDirectory, recursive: true);
    }
}
