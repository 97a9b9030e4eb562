using Gantry.Agent.Tests.Docker;
using Gantry.Agent.Tests.Support;
using Gantry.Conformance.Runtime;

namespace Gantry.Agent.Tests.Isolation;

/// <summary>All attempts to get out of a container, made once by the app of a real one.</summary>
public abstract class EscapeRun(RuntimeHost host) : IAsyncLifetime
{
    private static CancellationToken Token => CancellationToken.None;

    public IReadOnlyList<Attempt> Results { get; private set; } = [];

    internal abstract FolderBlobs Blobs { get; }

    public async ValueTask InitializeAsync()
    {
        var layer = await Attempts.LayerAsync(host, Blobs);
        var neighbour = host.Spec("sleep 600");
        var status = await host.Runtime.StartAsync(neighbour, Token);
        var own = "$(sed -n 's/[ \t]*web-1.*//p' /etc/hosts)";
        var spec = host.Spec(
            $"cd /app; ./attempts files 2>&1; ./attempts kernel {Environment.ProcessId} 2>&1; ./attempts network {own} {status.Address} 2>&1") with { Layer = layer };
        // Enough that /dev/shm is full before memory is.
        var (_, output) = await host.RunAsync(spec with { Limits = spec.Limits with { MemoryBytes = 256 << 20 } });
        await host.Runtime.RemoveAsync(neighbour.Id, Token);
        Results = [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split('\t')).Select(l => new Attempt(l[0], l[1], l[2]))];
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

public sealed class NativeEscapeRun(TestHost host) : EscapeRun(host)
{
    internal override FolderBlobs Blobs => host.Blobs;
}

public sealed class PlainEscapeRun(PlainHost host) : EscapeRun(host)
{
    internal override FolderBlobs Blobs => host.Blobs;
}

public sealed class DockerEscapeRun(DockerRuntimeHost host) : EscapeRun(host)
{
    internal override FolderBlobs Blobs => host.Blobs;
}
