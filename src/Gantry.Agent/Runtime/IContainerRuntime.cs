using Gantry.Domain;

namespace Gantry.Agent.Runtime;

/// <summary>
/// Containers of one host. All calls can be repeated safely; containers outlive the process that asked for them.
/// </summary>
/// <remarks>Environment failures are <see cref="RuntimeException"/>.</remarks>
public interface IContainerRuntime
{
    /// <summary>Starts a container; returns when its process runs (or waits for a terminal). Repeating it for a known id does nothing.</summary>
    Task<ContainerStatus> StartAsync(ContainerSpec spec, CancellationToken token);

    /// <summary>Sends a signal to the first process; nothing happens when it has exited.</summary>
    Task SignalAsync(ContainerId id, int signal, CancellationToken token);

    /// <summary>Kills what is left and frees everything the container had; its log stays. Unknown ids are fine.</summary>
    Task RemoveAsync(ContainerId id, CancellationToken token);

    /// <summary>All containers that were started and not removed, also those started before this process.</summary>
    Task<IReadOnlyList<ContainerStatus>> ListAsync(CancellationToken token);

    /// <summary>Completes when the container has exited.</summary>
    Task<ContainerStatus> WaitAsync(ContainerId id, CancellationToken token);

    /// <summary>Status changes from now on; a reader that starts late calls <see cref="ListAsync"/> afterwards.</summary>
    IAsyncEnumerable<ContainerStatus> WatchAsync(CancellationToken token);

    /// <summary>Connects to the terminal of a container started with <see cref="ContainerSpec.Terminal"/>, starting it if it waits.</summary>
    Task<ITerminal> AttachAsync(ContainerId id, CancellationToken token);

    /// <summary>
    /// Changes the bandwidth of each direction, in bits per second (null for no limit), of a running container at once; nothing under way is
    /// lost. Nothing happens when it does not run.
    /// </summary>
    Task LimitBandwidthAsync(ContainerId id, long? bitsPerSecond, CancellationToken token);

    /// <summary>Samples of all running containers.</summary>
    Task<IReadOnlyList<ContainerUsage>> SampleAsync(CancellationToken token);

    /// <summary>
    /// Stores a file as <c>/tmp/uploads/NAME</c> of a container that runs, or waits for its terminal. One of that name is replaced; what does not come whole is
    /// not there.
    /// </summary>
    /// <returns>Its bytes; a refusal when its name or size or what the tenant left there does not allow it.</returns>
    Task<Outcome<long>> PutFileAsync(ContainerId id, string name, Stream content, long maxBytes, CancellationToken token);

    /// <summary>Path on the host of a path under <c>/app</c> or <c>/tmp</c> of a running or exited container (builds).</summary>
    Task<string> HostPathAsync(ContainerId id, string containerPath, CancellationToken token);
}

/// <summary>Both directions of a container's terminal; disposing it hangs up.</summary>
public interface ITerminal : IAsyncDisposable
{
    /// <summary>Returns 0 when the container closed its terminal.</summary>
    ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken token);

    ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken token);

    void Resize(int width, int height);
}

/// <summary>The host or its container engine failed.</summary>
public sealed class RuntimeException(string message, bool isTransient, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>True when the same call may succeed later.</summary>
    public bool IsTransient { get; } = isTransient;
}
