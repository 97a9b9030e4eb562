using Gantry.Agent.Logs;
using Gantry.Agent.Runtime;
using Gantry.Domain;
using Gantry.Store.Blobs;
using Microsoft.Extensions.DependencyInjection;

[assembly: AssemblyFixture(typeof(Gantry.Agent.Tests.Support.TestHost))]
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]

namespace Gantry.Agent.Tests.Support;

/// <summary>A real host of its own: own supervisor, subnet, packet filter and directories. All tests share it.</summary>
public sealed class TestHost : IAsyncLifetime
{
    private const long MiB = 1 << 20;
    private int _number;
    private ServiceProvider? _services;

    public string Directory { get; } = Path.Combine("/tmp", $"gantry-agent-tests-{Environment.ProcessId}");

    public string Name { get; } = $"t{Environment.ProcessId % 1_000_000}";

    public Digest Stack { get; private set; }

    public Digest Layer { get; private set; }

    public IServiceProvider Services => _services!;

    public IContainerRuntime Runtime => Services.GetRequiredService<IContainerRuntime>();

    internal FolderBlobs Blobs { get; private set; } = null!;

    public string RunDirectory => $"/run/gantry-{Name}";

    internal string Data => Path.Combine(Directory, "data");

    public async ValueTask InitializeAsync()
    {
        System.IO.Directory.CreateDirectory(Path.Combine(Directory, "blobs"));
        Blobs = new FolderBlobs(Path.Combine(Directory, "blobs"));
        Stack = (await Blobs.AddAsync(await TinyStack.StackAsync(Directory))).Digest;
        Layer = (await Blobs.AddAsync(await TinyStack.LayerAsync(Directory))).Digest;
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
        })
        .BuildServiceProvider();

    public async Task ReplaceAgentAsync()
    {
        await _services!.DisposeAsync();
        _services = NewAgent();
    }

    public ContainerSpec Spec(string script, bool layer = false) => new()
    {
        Id = new ContainerId($"c-{Environment.ProcessId}-{Interlocked.Increment(ref _number)}"),
        Stack = Stack,
        Layer = layer ? Layer : null,
        Command = ["/bin/sh", "-c", script],
        Environment = new Dictionary<string, string> { ["PATH"] = "/bin", ["HOME"] = "/app" },
        Hostname = "web-1",
        Limits = new ContainerLimits(64 * MiB, 0, 512, 64, 64 * MiB, 4096),
        Log = new LogSource(new AppId("ap-test"), "web-1"),
    };

    /// <summary>Runs a script to its end in a container of its own.</summary>
    public async Task<(ContainerStatus Status, string Output)> RunAsync(ContainerSpec spec)
    {
        await Runtime.StartAsync(spec, Token);
        try
        {
            var status = await Runtime.WaitAsync(spec.Id, Token).WaitAsync(Until.Limit);
            return (status, Output(spec));
        }
        finally
        {
            await Runtime.RemoveAsync(spec.Id, CancellationToken.None);
        }
    }

    public Task<(ContainerStatus Status, string Output)> RunAsync(string script, bool layer = false) => RunAsync(Spec(script, layer));

    /// <summary>All that a container wrote, as the host's log keeps it.</summary>
    internal string Output(ContainerSpec spec)
    {
        var spool = AppLogPaths.Spool(Path.Combine(Data, "logs"), spec.Log.AppId, spec.Log.Name, spec.Id);
        return string.Concat(System.IO.Directory.GetFiles(spool, "*.log").Order().Select(File.ReadAllText));
    }

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await Services.GetRequiredService<IHostCleanup>().PurgeAsync(CancellationToken.None);
        await _services!.DisposeAsync();
        System.IO.Directory.Delete(Directory, recursive: true);
        System.IO.Directory.Delete(RunDirectory, recursive: true);
    }
}
