using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Gantry.Agent.Runtime;
using Gantry.Domain;

namespace Gantry.Api.Tests.Support;

/// <summary>A host whose containers do what the test says.</summary>
internal sealed class FakeRuntime : IContainerRuntime
{
    public ConcurrentDictionary<ContainerId, ContainerStatus> Containers { get; } = new();
    public ConcurrentDictionary<ContainerId, FakeTerminal> Terminals { get; } = new();
    public ConcurrentQueue<(ContainerId Id, int Signal)> Signals { get; } = new();
    public ConcurrentDictionary<ContainerId, Func<ContainerUsage>> Usage { get; } = new();
    public ConcurrentDictionary<ContainerId, string> Folders { get; } = new();
    public Exception? SampleFailure { get; set; }

    public FakeTerminal AddTerminal(ContainerId id)
    {
        Containers[id] = new ContainerStatus(id, RuntimeState.Created, null, null, null, null, false, null);
        return Terminals[id] = new FakeTerminal();
    }

    public void Exit(ContainerId id, int code)
    {
        Containers[id] = new ContainerStatus(id, RuntimeState.Exited, null, null, null, code, false, null);
        if (Terminals.TryGetValue(id, out var terminal))
            terminal.Output.Writer.Complete();
    }

    public Task<ContainerStatus> StartAsync(ContainerSpec spec, CancellationToken token) => throw new NotSupportedException();

    public Task LimitBandwidthAsync(ContainerId id, long? bitsPerSecond, CancellationToken token) => Task.CompletedTask;

    public Task SignalAsync(ContainerId id, int signal, CancellationToken token)
    {
        Signals.Enqueue((id, signal));
        return Task.CompletedTask;
    }

    public Task RemoveAsync(ContainerId id, CancellationToken token) => throw new NotSupportedException();

    public Task<IReadOnlyList<ContainerStatus>> ListAsync(CancellationToken token) =>
        Task.FromResult<IReadOnlyList<ContainerStatus>>([.. Containers.Values]);

    public Task<ContainerStatus> WaitAsync(ContainerId id, CancellationToken token) => throw new NotSupportedException();

    public async IAsyncEnumerable<ContainerStatus> WatchAsync([EnumeratorCancellation] CancellationToken token)
    {
        await Task.Delay(Timeout.Infinite, token);
        yield break;
    }

    public Task<ITerminal> AttachAsync(ContainerId id, CancellationToken token) => Task.FromResult<ITerminal>(Terminals[id]);

    public Task<IReadOnlyList<ContainerUsage>> SampleAsync(CancellationToken token) =>
        SampleFailure is { } failure ? throw failure : Task.FromResult<IReadOnlyList<ContainerUsage>>([.. Usage.Values.Select(u => u())]);

    public Task<Outcome<long>> PutFileAsync(ContainerId id, string name, Stream content, long maxBytes, CancellationToken token) =>
        ContainerUploads.PutAsync(Folders[id] + "/tmp", name, content, maxBytes, token);

    public Task<string> HostPathAsync(ContainerId id, string containerPath, CancellationToken token) =>
        Task.FromResult(Folders[id] + containerPath);
}

/// <summary>A terminal whose other end the test holds.</summary>
internal sealed class FakeTerminal : ITerminal
{
    public Pipe Input { get; } = new();
    public Pipe Output { get; } = new();
    public TaskCompletionSource HungUp { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    public (int Width, int Height) Size { get; private set; }

    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken token) => await Output.Reader.AsStream().ReadAsync(buffer, token);

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken token) => await Input.Writer.WriteAsync(data, token);

    public void Resize(int width, int height) => Size = (width, height);

    public ValueTask DisposeAsync()
    {
        HungUp.TrySetResult();
        Input.Writer.Complete();
        return ValueTask.CompletedTask;
    }
}
