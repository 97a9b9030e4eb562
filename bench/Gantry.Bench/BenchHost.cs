using Gantry.Agent;
using Gantry.Agent.Logs.Syslog;
using Gantry.Agent.Runtime;
using Gantry.Domain;
using Gantry.Linux.Pipes;
using Gantry.Store.Blobs;
using Gantry.Store.FileBlobs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Gantry.Bench;

/// <summary>Published programs, the tar of the stack, and a folder that is kept between runs.</summary>
internal sealed record HostPaths(string Program, string Stack, string Data);

/// <summary>A host of its own with the native runtime, as gantryd uses it: other network, ids and folders than a running platform.</summary>
internal sealed class BenchHost : IAsyncDisposable
{
    private const long MiB = 1 << 20;
    private readonly ServiceProvider _services;
    private readonly IHostedService _listener;
    private readonly string _data;
    private int _number;

    private BenchHost(HostPaths paths)
    {
        _data = paths.Data;
        _services = new ServiceCollection().AddLogging()
            .AddFileBlobs(o => o.Directory = Path.Combine(paths.Data, "blobs"))
            .AddAgent(o =>
            {
                o.InstanceName = "bench";
                o.DataDirectory = paths.Data;
                o.RunDirectory = "/run/gantry-bench-host";
                o.SupervisorPath = Path.Combine(paths.Program, "supervisor", "Gantry.Supervisor");
            })
            .BuildServiceProvider();
        // The other services of a host look after what is no part of a measurement.
        _listener = _services.GetServices<IHostedService>().First(s => s is ISyslogListener);
    }

    public IContainerRuntime Runtime => _services.GetRequiredService<IContainerRuntime>();

    public ISyslogListener Syslog => _services.GetRequiredService<ISyslogListener>();

    public IHostFacts Facts => _services.GetRequiredService<IHostFacts>();

    public Digest Stack { get; private set; }

    public static async Task<BenchHost> StartAsync(HostPaths paths)
    {
        var host = new BenchHost(paths);
        var stack = File.OpenRead(paths.Stack);
        await using (stack)
            host.Stack = (await host._services.GetRequiredService<IBlobStore>().PutAsync(stack, long.MaxValue, default)).Value.Digest;
        await host._listener.StartAsync(default);
        // Unpacks the stack, starts the supervisor and fills its pool.
        var first = host.Spec("exit 0");
        await host.Runtime.StartAsync(first, default);
        await host.Runtime.WaitAsync(first.Id, default);
        await host.Runtime.RemoveAsync(first.Id, default);
        return host;
    }

    public ContainerSpec Spec(string script, params BindMount[] mounts) => new()
    {
        Id = new ContainerId($"bench-{Environment.ProcessId}-{++_number}"),
        Stack = Stack,
        Command = ["/bin/sh", "-c", script],
        Environment = new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin", ["HOME"] = "/app" },
        Hostname = "bench-1",
        // All that an app of size M gets, but for the memory and the rate of its log.
        Limits = new ContainerLimits(256 * MiB, 0, 512, 128, 1024 * MiB, BitsPerSecond: 160_000_000, DiskBytesPerSecond: 100 * MiB, DiskOperationsPerSecond: 2_000),
        Log = new LogSource(new AppId("ap-bench"), "bench-1"),
        Mounts = mounts,
    };

    /// <summary>Bytes of a log that were kept. Its bound removes old segments; a segment's name is the position of its first byte, so none was skipped.</summary>
    public long KeptBytes(ContainerId id)
    {
        var folder = Directory.GetDirectories(Path.Combine(_data, "logs"), "*." + id.Value, SearchOption.AllDirectories).SingleOrDefault();
        return folder is null || SpoolFiles.List(folder) is not [.., var last] ? 0 : last.Start + last.DataBytes;
    }

    public async ValueTask DisposeAsync()
    {
        await _listener.StopAsync(default);
        await _services.GetRequiredService<IHostCleanup>().PurgeAsync(default);
        await _services.DisposeAsync();
    }
}
