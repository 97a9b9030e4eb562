using System.Runtime.CompilerServices;
using Gantry.Agent.Logs;
using Gantry.Agent.Metrics;
using Gantry.Agent.Remote;
using Gantry.Agent.Runtime;
using Gantry.Control.Hosts.Joining;
using Gantry.Control.Hosts.Remote;
using Gantry.Domain;
using Gantry.Domain.Hosts;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Gantry.Control.Tests.Platform;

/// <summary>Hosts elsewhere that the test plays, behind the seams over which Control reaches real ones.</summary>
internal sealed class FarHosts(TimeProvider time) : IRemoteHosts, IHostChannels, IHostNeighbours, IHostLevels
{
    private readonly Dictionary<string, FarHost> _byAddress = [];

    /// <summary>For what is tested without any.</summary>
    public static HostSessions None { get; } = new(
        new FarHosts(TimeProvider.System), new FarHosts(TimeProvider.System), null!, null!, new FarHosts(TimeProvider.System), null!, TimeProvider.System,
        Options.Create(new RemoteHostOptions()), NullLogger<HostSessions>.Instance);

    /// <summary>What this host was told of the others.</summary>
    public IReadOnlyCollection<HostNeighbour> Met { get; private set; } = [];

    public HostOverlay? Overlay { get; private set; }

    public FarHost Add(string address) => _byAddress[address] = new FarHost(time);

    public IRemoteHost Open(string address, HttpMessageHandler handler) => _byAddress[address];

    public HttpMessageHandler Open(Host host) => new HttpClientHandler();

    /// <summary>Of the machine that Control is on.</summary>
    public Task<HostLevels> ReadAsync(CancellationToken token) => Task.FromResult(new HostLevels(0.25, 4L << 30, 2L << 30, 100L << 30, 20L << 30));

    public Task MeetAsync(IReadOnlyCollection<HostNeighbour> hosts, IReadOnlyCollection<string> routers, HostOverlay? overlay, CancellationToken token)
    {
        (Met, Overlay) = (hosts, overlay);
        return Task.CompletedTask;
    }
}

internal sealed class FarHost(TimeProvider time) : IRemoteHost, IRemoteLayers, IRemoteLog
{
    private static readonly TimeSpan _playedBeat = TimeSpan.FromMilliseconds(5);

    private readonly TaskCompletionSource _givenUp = new();
    private volatile bool _silent;
    private volatile bool _hangs;
    private volatile int _boot = 1;
    private int _puts;

    public PlayedRuntime Played { get; } = new(time);

    /// <summary>The log of every app.</summary>
    public List<LogLine> Said { get; } = [];

    public IContainerRuntime Runtime => _silent && !_hangs ? throw Silence() : Played;

    public IRemoteLayers Layers => this;

    public IRemoteLog Log => this;

    /// <summary>What it was told to keep, each time.</summary>
    public List<IReadOnlyCollection<ContainerId>> Kept { get; } = [];

    public HostLevels Levels { get; } = new(0.5, 8L << 30, 6L << 30, 100L << 30, 50L << 30);

    public IReadOnlyCollection<HostNeighbour> Met { get; private set; } = [];

    public IReadOnlyCollection<string> Routers { get; private set; } = [];

    public HostOverlay? Overlay { get; private set; }

    /// <summary>True: it has no layers but those it was sent.</summary>
    public bool IsBare
    {
        get;
        set
        {
            field = value;
            Played.Has = spec => Lacks(spec.Stack, spec.Layer).Count == 0;
        }
    }

    public bool RefusesLayers { get; set; }

    public HashSet<Digest> Stored { get; } = [];

    /// <summary>Transfers to it that were begun.</summary>
    public int Puts => _puts;

    /// <summary>Of a kind that nobody expects.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Nothing is heard of it, and what it runs runs on.</summary>
    public void FallSilent() => _silent = true;

    /// <summary>Likewise; and who calls it waits until it is given up.</summary>
    public void Hang()
    {
        (_hangs, _silent) = (true, true);
        Played.Answer = _givenUp.Task;
    }

    public void GiveUp() => _givenUp.TrySetException(Silence());

    public void ComeBack() => _silent = false;

    public void Reboot()
    {
        Played.LoseAll();
        _boot++;
    }

    public async Task<IReadOnlyList<ContainerStatus>> KeepAsync(IReadOnlyCollection<ContainerId> kept, CancellationToken token)
    {
        Check();
        lock (Kept)
            Kept.Add(kept);
        foreach (var status in (await Played.ListAsync(token)).Where(s => !kept.Contains(s.Id)))
            await Played.RemoveAsync(status.Id, token);
        return await Played.ListAsync(token);
    }

    /// <summary>A reboot breaks the connection; silence breaks nothing.</summary>
    public async IAsyncEnumerable<HostReport> WatchAsync(TimeSpan beat, [EnumeratorCancellation] CancellationToken token)
    {
        var boot = _boot;
        for (var whole = true; ; await Task.Delay(_playedBeat, token))
        {
            if (_silent)
                continue;
            if (boot != _boot)
                throw new RuntimeException("The connection was reset.", true);
            yield return new HostReport(whole, await Played.ListAsync(token), $"boot-{boot}", TimeSpan.FromSeconds(100));
            whole = false;
        }
    }

    public Task<HostLevels> MeasureAsync(CancellationToken token)
    {
        Check();
        return Task.FromResult(Levels);
    }

    public Task MeetAsync(IReadOnlyCollection<HostNeighbour> hosts, IReadOnlyCollection<string> routers, HostOverlay? overlay, CancellationToken token)
    {
        (Met, Routers, Overlay) = (hosts, routers, overlay);
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<Digest>> MissingAsync(ImageLayers wanted, CancellationToken token)
    {
        Check();
        return Task.FromResult(Lacks(wanted.Root, wanted.Layer));
    }

    public async Task PutAsync(Digest digest, Stream content, CancellationToken token)
    {
        Interlocked.Increment(ref _puts);
        if (RefusesLayers)
            throw new RuntimeException("No space left on device", false);
        var came = Digest.FromSha256(await System.Security.Cryptography.SHA256.HashDataAsync(content, token));
        if (came != digest)
            throw new RuntimeException($"{came} came as {digest}", true);
        lock (Stored)
            Stored.Add(digest);
    }

    public Task PrepareAsync(ImageLayers wanted, CancellationToken token) => Task.CompletedTask;

    public Task CollectAsync(IReadOnlySet<Digest> needed, CancellationToken token) => Task.CompletedTask;

    public Task<IReadOnlyList<LogLine>> TailAsync(AppId app, LogFilter filter, int count, CancellationToken token) =>
        _silent ? throw Silence() : Task.FromResult<IReadOnlyList<LogLine>>([.. Said]);

    public Task<LogCursor> EndAsync(AppId app, LogFilter filter, CancellationToken token) => Task.FromResult(new LogCursor());

    public IAsyncEnumerable<LogLine> FollowAsync(AppId app, LogFilter filter, LogCursor from, CancellationToken token) => throw new NotSupportedException();

    public Task RemoveAsync(AppId app, CancellationToken token) => Task.CompletedTask;

    public void Dispose()
    {
    }

    private IReadOnlyList<Digest> Lacks(Digest stack, Digest? layer)
    {
        lock (Stored)
            return IsBare ? [.. new[] { stack, layer }.OfType<Digest>().Except(Stored)] : [];
    }

    private void Check()
    {
        if (_silent)
            throw Silence();
        if (Failure is { } failure)
            throw failure;
    }

    private static RuntimeException Silence() => new("The host does not answer.", true);
}
