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

    /// <summary>A container that nobody asked for.</summary>
    public static ContainerSpec AnySpec(string id) => new()
    {
        Id = new ContainerId(id), Stack = new Digest("sha256:" + new string('a', 64)), Command = ["serve"], Hostname = id,
        Environment = new Dictionary<string, string>(), Limits = new ContainerLimits(1, 1, 1, 1, 1), Log = new LogSource(new AppId("app-of-nobody"), "web-1"),
    };

    /// <summary>All specs that were started, in order.</summary>
    public ConcurrentQueue<ContainerSpec> Started { get; } = new();

    /// <summary>Starts wait for it.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    /// <summary>Of every start, while it is set.</summary>
    public RuntimeException? Failure { get; set; }

    /// <summary>Whether a container's layers are there.</summary>
    public Func<ContainerSpec, bool> Has { get; set; } = _ => true;

    /// <summary>By how much the host's clock is wrong.</summary>
    public TimeSpan Skew { get; set; }

    /// <summary>As a Docker Engine does not.</summary>
    public bool TellsUptimes { get; set; } = true;

    private TimeSpan? Uptime => TellsUptimes ? time.GetUtcNow() - DateTimeOffset.UnixEpoch : null;

    public async Task<ContainerStatus> StartAsync(ContainerSpec spec, CancellationToken token)
    {
        await Gate.WaitAsync(token);
        if (!Has(spec))
            throw new RuntimeException("Its layers are not there.", false);
        return Failure is { } failure ? throw failure : _statuses.GetOrAdd(spec.Id, id =>
        {
            Started.Enqueue(spec);
            return new ContainerStatus(id, RuntimeState.Running, "127.0.0.1", time.GetUtcNow() + Skew, null, null, false, null) { StartedUptime = Uptime };
        });
    }

    /// <summary>All bandwidths that were asked for, in order. Who asks waits for <see cref="Answer"/>.</summary>
    public ConcurrentQueue<(ContainerId Id, long? BitsPerSecond)> Bandwidths { get; } = new();

    public Task Answer { get; set; } = Task.CompletedTask;

    public Task LimitBandwidthAsync(ContainerId id, long? bitsPerSecond, CancellationToken token)
    {
        Bandwidths.Enqueue((id, bitsPerSecond));
        return Answer.WaitAsync(token);
    }

    public Task SignalAsync(ContainerId id, int signal, CancellationToken token)
    {
        if (_statuses.TryGetValue(id, out var status) && status.State != RuntimeState.Exited)
            Exit(id, signal == SigKill ? 137 : 0);
        return Task.CompletedTask;
    }

    public ContainerStatus Exit(ContainerId id, int code)
    {
        var ended = _statuses[id] with { State = RuntimeState.Exited, ExitedAt = time.GetUtcNow() + Skew, ExitedUptime = Uptime, ExitCode = code };
        _statuses[id] = ended;
        _changes.Writer.TryWrite(ended);
        return ended;
    }

    /// <summary>It says once more what it runs.</summary>
    public void Repeat(ContainerId id) => _changes.Writer.TryWrite(_statuses[id]);

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

    public Task<Outcome<long>> PutFileAsync(ContainerId id, string name, Stream content, long maxBytes, CancellationToken token) => throw new NotSupportedException();

    public Task<string> HostPathAsync(ContainerId id, string containerPath, CancellationToken token) => throw new NotSupportedException();
}
