using Gantry.Agent.Logs;
using Gantry.Agent.Metrics;
using Gantry.Agent.Runtime;
using Gantry.Domain;

namespace Gantry.Agent.Remote;

/// <summary>Reaches the agents of other hosts.</summary>
public interface IRemoteHosts
{
    /// <summary>Connects when it is first used, and again after each failure.</summary>
    /// <param name="address">Of the agent, <c>10.0.0.2:7444</c>.</param>
    /// <param name="handler">Knows whom to trust there. Disposed with the host.</param>
    IRemoteHost Open(string address, HttpMessageHandler handler);
}

/// <summary>The agent of another host. A call that does not reach it is a transient <see cref="RuntimeException"/>.</summary>
public interface IRemoteHost : IDisposable
{
    /// <summary>Its containers. A start is refused, and not as transient, while a layer that it needs is not there, unpacked.</summary>
    IContainerRuntime Runtime { get; }

    IRemoteLayers Layers { get; }

    IRemoteLog Log { get; }

    /// <summary>Ends the calls to <see cref="Runtime"/> that are under way, as failures: what they wait for goes on elsewhere. Later calls are made as before.</summary>
    void GiveUp();

    /// <summary>Removes all containers but these: whatever the host still runs of a time when it was not heard is gone when this returns.</summary>
    /// <returns>What is left.</returns>
    Task<IReadOnlyList<ContainerStatus>> KeepAsync(IReadOnlyCollection<ContainerId> kept, CancellationToken token);

    /// <summary>First all containers, then what changed; at least one report each <paramref name="beat"/>. Ends with an exception.</summary>
    IAsyncEnumerable<HostReport> WatchAsync(TimeSpan beat, CancellationToken token);

    /// <summary>What it has left at this moment.</summary>
    Task<HostLevels> MeasureAsync(CancellationToken token);

    /// <summary>Tells it how to reach the containers of other hosts, and whose connections to its own it lets in.</summary>
    /// <param name="hosts">The other hosts.</param>
    /// <param name="routers">IPv4 addresses.</param>
    /// <param name="overlay">The network through which all of them are reached; null: by their own addresses.</param>
    /// <param name="token">Cancels the call.</param>
    Task MeetAsync(IReadOnlyCollection<HostNeighbour> hosts, IReadOnlyCollection<string> routers, HostOverlay? overlay, CancellationToken token);
}

/// <summary>Another host of the cluster.</summary>
/// <param name="Subnet">IPv4 network of its containers, <c>10.192.16.0/20</c>.</param>
/// <param name="Address">IPv4 address of the host, by which that network is reached.</param>
public sealed record HostNeighbour(string Subnet, string Address);

/// <summary>What an agent tells of its host.</summary>
/// <param name="IsWhole">True when these are all its containers.</param>
/// <param name="Uptime">Of the boot that <paramref name="BootId"/> tells from others.</param>
public sealed record HostReport(bool IsWhole, IReadOnlyList<ContainerStatus> Containers, string BootId, TimeSpan Uptime);

/// <summary>What a container needs on its host before it starts.</summary>
/// <param name="Root">The stack of its image.</param>
/// <param name="Layer">The app's own; null for a container of the stack alone.</param>
public sealed record ImageLayers(Digest Root, Digest? Layer = null);

/// <summary>Layers and stacks on another host, in its blob store and unpacked.</summary>
public interface IRemoteLayers
{
    /// <summary>What it has not of these.</summary>
    Task<IReadOnlyList<Digest>> MissingAsync(ImageLayers wanted, CancellationToken token);

    /// <summary>Stores one; refused there when the content is another.</summary>
    Task PutAsync(Digest digest, Stream content, CancellationToken token);

    /// <summary>Unpacks what was put; roots become images of the engine where there is one.</summary>
    Task PrepareAsync(ImageLayers wanted, CancellationToken token);

    /// <summary>Removes all others.</summary>
    Task CollectAsync(IReadOnlySet<Digest> needed, CancellationToken token);
}

/// <summary>As <see cref="IAppLog"/>, on another host.</summary>
public interface IRemoteLog
{
    Task<IReadOnlyList<LogLine>> TailAsync(AppId app, LogFilter filter, int count, CancellationToken token);

    Task<LogCursor> EndAsync(AppId app, LogFilter filter, CancellationToken token);

    /// <summary>Ends with an exception when the host is not heard any more.</summary>
    IAsyncEnumerable<LogLine> FollowAsync(AppId app, LogFilter filter, LogCursor from, CancellationToken token);

    Task RemoveAsync(AppId app, CancellationToken token);
}
