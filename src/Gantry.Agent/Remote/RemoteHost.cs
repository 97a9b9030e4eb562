using System.Runtime.CompilerServices;
using Gantry.Agent.Metrics;
using Gantry.Agent.Runtime;
using Gantry.Domain;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;

namespace Gantry.Agent.Remote;

/// <summary>One connection to the agent of another host.</summary>
internal sealed class RemoteHost : IRemoteHost
{
    private readonly string _address;
    private readonly GrpcChannel _channel;
    private readonly Wire.HostContainers.HostContainersClient _client;
    private readonly RemoteRuntime _runtime;

    public RemoteHost(string address, HttpMessageHandler handler)
    {
        _address = address;
        _channel = GrpcChannel.ForAddress($"https://{address}", new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true, MaxReceiveMessageSize = null });
        var calls = _channel.Intercept(TermGuard.Announce);
        _client = new Wire.HostContainers.HostContainersClient(calls);
        _runtime = new RemoteRuntime(address, _client);
        Layers = new RemoteLayers(address, new Wire.HostLayers.HostLayersClient(calls));
        Log = new RemoteLog(address, new Wire.HostLogs.HostLogsClient(calls));
    }

    public IContainerRuntime Runtime => _runtime;

    public IRemoteLayers Layers { get; }

    public IRemoteLog Log { get; }

    public void GiveUp() => _runtime.GiveUp();

    public async Task<IReadOnlyList<ContainerStatus>> KeepAsync(IReadOnlyCollection<ContainerId> kept, CancellationToken token)
    {
        var request = new Wire.ContainerNames();
        request.Ids.AddRange(kept.Select(id => id.Value));
        var left = await Calls.RunAsync(_address, _client.KeepAsync(request, Options(token)), token);
        return [.. left.Containers_.Select(c => c.ToStatus())];
    }

    public async IAsyncEnumerable<HostReport> WatchAsync(TimeSpan beat, [EnumeratorCancellation] CancellationToken token)
    {
        await foreach (var report in _runtime.WatchReportsAsync(beat, token))
            yield return new HostReport(report.All, [.. report.Containers.Select(c => c.ToStatus())], report.Clock.BootId, new TimeSpan(report.Clock.Uptime));
    }

    public async Task<HostLevels> MeasureAsync(CancellationToken token)
    {
        var now = await Calls.RunAsync(_address, _client.MeasureAsync(new Wire.Nothing(), Options(token)), token);
        return new HostLevels(now.Load, now.MemoryTotal, now.MemoryAvailable, now.DiskTotal, now.DiskFree);
    }

    public Task MeetAsync(IReadOnlyCollection<HostNeighbour> hosts, IReadOnlyCollection<string> routers, HostOverlay? overlay, CancellationToken token)
    {
        var request = new Wire.Neighbours { Overlay = overlay?.ToWire() };
        request.Hosts.AddRange(hosts.Select(h => new Wire.Neighbour { Subnet = h.Subnet, Address = h.Address }));
        request.Routers.AddRange(routers);
        return Calls.RunAsync(_address, _client.MeetAsync(request, Options(token)), token);
    }

    public void Dispose() => _channel.Dispose();

    private static CallOptions Options(CancellationToken token) => new(deadline: DateTime.UtcNow + Calls.Limit, cancellationToken: token);
}

internal sealed class RemoteHosts : IRemoteHosts
{
    public IRemoteHost Open(string address, HttpMessageHandler handler) => new RemoteHost(address, handler);
}
