using Gantry.Agent.Images;
using Gantry.Agent.Metrics;
using Gantry.Agent.Remote;
using Gantry.Agent.Runtime;
using Gantry.Domain;
using Microsoft.AspNetCore.Http;

namespace Gantry.Bench.Cluster;

/// <summary>The runtime, the clock, the levels and the neighbours of whichever host the call came to: it is known by its address.</summary>
internal sealed class SimulatedRuntime(IHttpContextAccessor calls, IReadOnlyDictionary<string, SimulatedHost> hosts) : IContainerRuntime, IHostClock, IHostLevels, IHostNeighbours
{
    private SimulatedHost Host => hosts[calls.HttpContext!.Connection.LocalIpAddress!.MapToIPv4().ToString()];

    public string BootId => Host.BootId;

    public TimeSpan Uptime => Host.Uptime;

    public Task<ContainerStatus> StartAsync(ContainerSpec spec, CancellationToken token) => Host.StartAsync(spec.Id, token);

    public Task SignalAsync(ContainerId id, int signal, CancellationToken token)
    {
        Host.Signal(id);
        return Task.CompletedTask;
    }

    public Task RemoveAsync(ContainerId id, CancellationToken token)
    {
        Host.Remove(id);
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<ContainerStatus>> ListAsync(CancellationToken token) => Task.FromResult(Host.Statuses);

    public IAsyncEnumerable<ContainerStatus> WatchAsync(CancellationToken token) => Host.Watch(token).ReadAllAsync(token);

    public Task LimitBandwidthAsync(ContainerId id, long? bitsPerSecond, CancellationToken token) => Task.CompletedTask;

    public Task<IReadOnlyList<ContainerUsage>> SampleAsync(CancellationToken token) => Task.FromResult(Host.Sample());

    public Task MeetAsync(IReadOnlyCollection<HostNeighbour> neighbours, IReadOnlyCollection<string> routers, HostOverlay? overlay, CancellationToken token) => Task.CompletedTask;

    public Task<ContainerStatus> WaitAsync(ContainerId id, CancellationToken token) => throw new NotSupportedException();

    public Task<ITerminal> AttachAsync(ContainerId id, CancellationToken token) => throw new NotSupportedException();

    public Task<HostLevels> ReadAsync(CancellationToken token) => Task.FromResult(new HostLevels(0, 0, 0, 0, 0));

    public Task<Outcome<long>> PutFileAsync(ContainerId id, string name, Stream content, long maxBytes, CancellationToken token) => throw new NotSupportedException();

    public Task<string> HostPathAsync(ContainerId id, string containerPath, CancellationToken token) => throw new NotSupportedException();
}

/// <summary>A host that has every layer already.</summary>
internal sealed class EveryLayer : ILayerCache
{
    public bool Has(Digest digest) => true;

    public Task<string> EnsureAsync(Digest digest, CancellationToken token) => Task.FromResult("/");

    public Task AddAsync(Func<Stream, CancellationToken, Task<Digest?>> make, CancellationToken token) => throw new NotSupportedException();

    public Task CollectAsync(IReadOnlySet<Digest> needed, CancellationToken token) => Task.CompletedTask;
}
