using System.Collections.Concurrent;
using System.Threading.Channels;
using Gantry.Agent.Remote;
using Gantry.Agent.Runtime;
using Gantry.Control.Work;
using Gantry.Domain;

namespace Gantry.Control.Hosts.Remote;

/// <summary>The containers of all hosts as those of one. What is asked of a container goes to the host that has it.</summary>
internal sealed class ClusterRuntime(IContainerRuntime local, HostSessions hosts, LocalHost here, LayerSender layers) : IContainerRuntime
{
    /// <summary>Of a thousand hosts that answer at once each needs buffers of its own, ten times what is needed one after the other.</summary>
    private const int SampledAtOnce = 32;

    /// <summary>The runtime of this host alone.</summary>
    public IContainerRuntime Local => local;

    /// <summary>Starts on this host: builds, whose files the builder opens.</summary>
    public Task<ContainerStatus> StartAsync(ContainerSpec spec, CancellationToken token) => local.StartAsync(spec, token);

    /// <summary>Starts where it has its place. Its layers are sent there when the host has them not: nearly all hosts do, so it is not asked before.</summary>
    /// <exception cref="RuntimeException">The host does not answer.</exception>
    public async Task<ContainerStatus> StartOnAsync(HostId host, ContainerSpec spec, CancellationToken token)
    {
        if (host == here.Id)
            return await local.StartAsync(spec, token).ConfigureAwait(false);
        var session = hosts.Find(host) is { Presence: HostPresence.Ready } ready ? ready
            : throw new RuntimeException($"The host {host} does not answer: the container {spec.Id} waits for it, or for another one.", true);
        hosts.Locate(spec.Id, host);
        var status = await StartOnAsync(session, spec, token).ConfigureAwait(false);
        session.Report(status);
        return status;
    }

    public async Task SignalAsync(ContainerId id, int signal, CancellationToken token) =>
        await (await OfAsync(id, token).ConfigureAwait(false)).SignalAsync(id, signal, token).ConfigureAwait(false);

    /// <remarks>A host that was given up cannot be asked: it removes what is not its own any more when it comes back.</remarks>
    public async Task RemoveAsync(ContainerId id, CancellationToken token)
    {
        if (hosts.Of(id) is not { Presence: HostPresence.Lost })
            await Of(id).RemoveAsync(id, token).ConfigureAwait(false);
        hosts.Forget(id);
    }

    public async Task<IReadOnlyList<ContainerStatus>> ListAsync(CancellationToken token) =>
        [.. await local.ListAsync(token).ConfigureAwait(false), .. hosts.All.SelectMany(h => h.Statuses)];

    public async Task<ContainerStatus> WaitAsync(ContainerId id, CancellationToken token)
    {
        if (hosts.Of(id) is not { } session)
            return await local.WaitAsync(id, token).ConfigureAwait(false);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(token);
        var changes = hosts.WatchAsync(end.Token);
        if (session.StatusOf(id) is { State: RuntimeState.Exited } exited)
            return exited;
        await foreach (var status in changes.ConfigureAwait(false))
            if (status.Id == id && status.State == RuntimeState.Exited)
                return status;
        token.ThrowIfCancellationRequested();
        throw new RuntimeException($"Nobody tells any more how the container {id} goes on.", true);
    }

    public IAsyncEnumerable<ContainerStatus> WatchAsync(CancellationToken token)
    {
        // Both are in place when this returns.
        var merged = Channel.CreateUnbounded<ContainerStatus>(new UnboundedChannelOptions { SingleReader = true });
        _ = MergeAsync(local.WatchAsync(token), hosts.WatchAsync(token), merged.Writer);
        return merged.Reader.ReadAllAsync(CancellationToken.None);
    }

    public async Task<ITerminal> AttachAsync(ContainerId id, CancellationToken token) =>
        await (await OfAsync(id, token).ConfigureAwait(false)).AttachAsync(id, token).ConfigureAwait(false);

    public Task LimitBandwidthAsync(ContainerId id, long? bitsPerSecond, CancellationToken token) => Of(id).LimitBandwidthAsync(id, bitsPerSecond, token);

    /// <summary>A host that does not answer in time has no samples: its charts have a gap.</summary>
    public async Task<IReadOnlyList<ContainerUsage>> SampleAsync(CancellationToken token)
    {
        var here = local.SampleAsync(token);
        var elsewhere = new ConcurrentBag<IReadOnlyList<ContainerUsage>>();
        await Parallel.ForEachAsync(
            hosts.All.Where(h => h.Presence == HostPresence.Ready), new ParallelOptions { MaxDegreeOfParallelism = SampledAtOnce, CancellationToken = token },
            async (host, stop) => elsewhere.Add(await TrySampleAsync(host, stop).ConfigureAwait(false))).ConfigureAwait(false);
        return [.. await here.ConfigureAwait(false), .. elsewhere.SelectMany(e => e)];
    }

    public async Task<Outcome<long>> PutFileAsync(ContainerId id, string name, Stream content, long maxBytes, CancellationToken token) =>
        await (await OfAsync(id, token).ConfigureAwait(false)).PutFileAsync(id, name, content, maxBytes, token).ConfigureAwait(false);

    public Task<string> HostPathAsync(ContainerId id, string containerPath, CancellationToken token) => Of(id).HostPathAsync(id, containerPath, token);

    private async Task<ContainerStatus> StartOnAsync(HostSession session, ContainerSpec spec, CancellationToken token)
    {
        try
        {
            return await session.Remote.Runtime.StartAsync(spec, token).ConfigureAwait(false);
        }
        catch (RuntimeException e) when (!e.IsTransient)
        {
            await layers.SendAsync(session, new ImageLayers(spec.Stack, spec.Layer), token).ConfigureAwait(false);
            return await session.Remote.Runtime.StartAsync(spec, token).ConfigureAwait(false);
        }
    }

    private async Task<IContainerRuntime> OfAsync(ContainerId id, CancellationToken token) =>
        (await hosts.OfAsync(id, token).ConfigureAwait(false))?.Remote.Runtime ?? local;

    private IContainerRuntime Of(ContainerId id) => hosts.Of(id)?.Remote.Runtime ?? local;

    private static async Task<IReadOnlyList<ContainerUsage>> TrySampleAsync(HostSession host, CancellationToken token)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(token);
        limit.CancelAfter(TimeSpan.FromSeconds(2));
        try
        {
            return await host.Remote.Runtime.SampleAsync(limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is RuntimeException or OperationCanceledException && !token.IsCancellationRequested)
        {
            return [];
        }
    }

    private static async Task MergeAsync(IAsyncEnumerable<ContainerStatus> here, IAsyncEnumerable<ContainerStatus> elsewhere, ChannelWriter<ContainerStatus> merged)
    {
        try
        {
            await Loops.TogetherAsync(CopyAsync(here, merged), CopyAsync(elsewhere, merged)).ConfigureAwait(false);
            merged.TryComplete();
        }
        catch (Exception e)
        {
            merged.TryComplete(e);
        }
    }

    private static async Task CopyAsync(IAsyncEnumerable<ContainerStatus> statuses, ChannelWriter<ContainerStatus> merged)
    {
        await foreach (var status in statuses.ConfigureAwait(false))
            merged.TryWrite(status);
    }
}
