using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Gantry.Agent.Runtime;
using Gantry.Domain;

namespace Gantry.Control.Tests.Platform;

/// <summary>A host on which nothing runs: the test says what becomes of the containers.</summary>
internal sealed class PlayedRuntime(TimeProvider time) : IContainerRuntime
{
    private const int SigKill = 9;

    private readonly ConcurrentDictionary<ContainerId, ContainerStatus> _statuses = new();
    private readonly Channel<ContainerStatus> _changes = Channel.CreateUnbounded<ContainerStatus>();

    /// <summary>All specs that were started, in order.</summary>
    public ConcurrentQueue<ContainerSpec> Started { get; } = new();

    /// <summary>Why nothing starts.</summary>
    public RuntimeException? Refusal { get; set; }

    public Task<ContainerStatus> StartAsync(ContainerSpec spec, CancellationToken token) => Refusal is { } refusal ? throw refusal : Task.FromResult(_statuses.GetOrAdd(spec.Id, id =>
    {
        Started.Enqueue(spec);
        return new ContainerStatus(id, RuntimeState.Running, "127.0.0.1", time.GetUtcNow(), null, null, false, null);
    }));

    /// <summary>All bandwidths that were set, in order.</summary>
    public ConcurrentQueue<(ContainerId Id, long? BitsPerSecond)> Bandwidths { get; } = new();

    public Task LimitBandwidthAsync(ContainerId id, long? bitsPerSecond, CancellationToken token)
    {
        Bandwidths.Enqueue((id, bitsPerSecond));
        return Task.CompletedTask;
    }

    public Task SignalAsync(ContainerId id, int signal, CancellationToken token)
    {
        if (_statuses.TryGetValue(id, out var status) && status.State != RuntimeState.Exited)
            Exit(id, signal == SigKill ? 137 : 0);
        return Task.CompletedTask;
    }

    public ContainerStatus Exit(ContainerId id, int code)
    {
        var ended = _statuses[id] with { State = RuntimeState.Exited, ExitedAt = time.GetUtcNow(), ExitCode = code };
        _statuses[id] = ended;
        _changes.Writer.TryWrite(ended);
        return ended;
    }

    /// <summary>A power cut.</summary>
    public void LoseAll() => _statuses.Clear();

    public ContainerStatus? Find(ContainerId id) => _statuses.GetValueOrDefault(id);

    public Task RemoveAsync(ContainerId id, CancellationToken token)
    {
        _statuses.TryRemove(id, out _);
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<ContainerStatus>> ListAsync(CancellationToken token) =>
        Task.FromResult<IReadOnlyList<ContainerStatus>>([.. _statuses.Values]);

    public async IAsyncEnumerable<ContainerStatus> WatchAsync([EnumeratorCancellation] CancellationToken token)
    {
        await foreach (var change in _changes.Reader.ReadAllAsync(token))
            yield return change;
    }

    public Task<IReadOnlyList<ContainerUsage>> SampleAsync(CancellationToken token) => Task.FromResult<IReadOnlyList<ContainerUsage>>([]);

    public Task<ContainerStatus> WaitAsync(ContainerId id, CancellationToken token) => Task.FromResult(_statuses[id]);

    public Task<ITerminal> AttachAsync(ContainerId id, CancellationToken token) => throw new NotSupportedException();

    public Task<string> HostPathAsync(ContainerId id, string containerPath, CancellationToken token) => throw new NotSupportedException();
}
