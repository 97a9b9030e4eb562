using System.Runtime.CompilerServices;
using Gantry.Agent.Runtime;
using Gantry.Domain;
using Grpc.Core;

namespace Gantry.Agent.Remote;

/// <summary>The runtime of another host, behind its agent.</summary>
internal sealed class RemoteRuntime(string address, Wire.HostContainers.HostContainersClient client) : IContainerRuntime
{
    private static readonly Wire.Nothing _nothing = new();

    private Task _watching = Task.CompletedTask;
    private CancellationTokenSource _underWay = new();

    /// <remarks>
    /// Without it they would end one after the other: to a host that does not answer one connection is tried at a time, and each that fails
    /// after its seconds ends one of the calls that wait for it.
    /// </remarks>
    public void GiveUp() => Interlocked.Exchange(ref _underWay, new CancellationTokenSource()).Cancel();

    public async Task<ContainerStatus> StartAsync(ContainerSpec spec, CancellationToken token)
    {
        var wire = spec.ToWire();
        return (await CallAsync(o => client.StartAsync(wire, o), token)).ToStatus();
    }

    public Task SignalAsync(ContainerId id, int signal, CancellationToken token) =>
        CallAsync(o => client.SignalAsync(new Wire.SignalRequest { Id = id.Value, Signal = signal }, o), token);

    public Task RemoveAsync(ContainerId id, CancellationToken token) => CallAsync(o => client.RemoveAsync(new Wire.ContainerName { Id = id.Value }, o), token);

    public async Task<IReadOnlyList<ContainerStatus>> ListAsync(CancellationToken token) =>
        [.. (await CallAsync(o => client.ListAsync(_nothing, o), token)).Containers_.Select(c => c.ToStatus())];

    public async Task<ContainerStatus> WaitAsync(ContainerId id, CancellationToken token)
    {
        var known = false;
        await using var reports = WatchReportsAsync(Timeout.InfiniteTimeSpan, token).GetAsyncEnumerator(token);
        var first = reports.MoveNextAsync().AsTask();
        _watching = first;
        for (var more = await first; more; more = await reports.MoveNextAsync())
        {
            var report = reports.Current;
            if (report.Containers.FirstOrDefault(c => c.Id == id.Value) is { } container)
            {
                known = true;
                if (container.State == Wire.Container.Types.State.Exited)
                    return container.ToStatus();
            }

            if (!known)
                throw new RuntimeException($"There is no container {id} on the host at {address} to wait for.", false);
        }

        throw new RuntimeException($"Nobody tells any more how the container {id} goes on.", true);
    }

    public IAsyncEnumerable<ContainerStatus> WatchAsync(CancellationToken token)
    {
        var reports = WatchReportsAsync(Timeout.InfiniteTimeSpan, token).GetAsyncEnumerator(token);
        var first = reports.MoveNextAsync().AsTask();
        _watching = first;
        return ChangesAsync(reports, first);
    }

    /// <summary>The first report repeats what its reader may have been told.</summary>
    private static async IAsyncEnumerable<ContainerStatus> ChangesAsync(IAsyncEnumerator<Wire.Report> reports, Task<bool> first)
    {
        await using var _ = reports;
        var told = new Dictionary<string, ContainerStatus>();
        for (var more = await first; more; more = await reports.MoveNextAsync())
            foreach (var status in reports.Current.Containers.Select(c => c.ToStatus()))
                if (!told.TryGetValue(status.Id.Value, out var last) || last != status)
                    yield return told[status.Id.Value] = status;
    }

    public Task<ITerminal> AttachAsync(ContainerId id, CancellationToken token) => RemoteTerminal.OpenAsync(address, client, id, token);

    public Task LimitBandwidthAsync(ContainerId id, long? bitsPerSecond, CancellationToken token)
    {
        var request = new Wire.BandwidthRequest { Id = id.Value };
        if (bitsPerSecond is { } bits)
            request.BitsPerSecond = bits;
        return CallAsync(o => client.LimitBandwidthAsync(request, o), token);
    }

    public async Task<IReadOnlyList<ContainerUsage>> SampleAsync(CancellationToken token) =>
        [.. (await CallAsync(o => client.SampleAsync(_nothing, o), token)).Samples_.Select(s => s.ToUsage())];

    public Task<Outcome<long>> PutFileAsync(ContainerId id, string name, Stream content, long maxBytes, CancellationToken token) =>
        RemoteFile.PutAsync(address, client, id, name, content, maxBytes, token);

    public Task<string> HostPathAsync(ContainerId id, string containerPath, CancellationToken token) =>
        throw new RuntimeException($"The files of the container {id} are on the host at {address}, and only that host can open them.", false);

    /// <param name="beat">Infinite for none.</param>
    public IAsyncEnumerable<Wire.Report> WatchReportsAsync(TimeSpan beat, CancellationToken token)
    {
        // Opened here and not at the first turn of the loop: what changes from now on is told.
        var call = client.Watch(new Wire.WatchRequest { Beat = beat.Ticks }, cancellationToken: token);
        return ReadAsync(call, token);
    }

    private async IAsyncEnumerable<Wire.Report> ReadAsync(AsyncServerStreamingCall<Wire.Report> call, [EnumeratorCancellation] CancellationToken token)
    {
        using var _ = call;
        await foreach (var report in Calls.ReadAsync(address, call.ResponseStream, token))
            yield return report;
    }

    /// <summary>After the first report of who began to watch before: he is told of what the call changes.</summary>
    private async Task<T> CallAsync<T>(Func<CallOptions, AsyncUnaryCall<T>> call, CancellationToken token)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(token, Volatile.Read(ref _underWay).Token);
        await _watching.WaitAsync(end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return await Calls.RunAsync(address, call(new CallOptions(deadline: DateTime.UtcNow + Calls.Limit, cancellationToken: end.Token)), token);
    }
}
