using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Gantry.Agent.Remote;
using Gantry.Agent.Runtime;
using Gantry.Control.Hosts.Joining;
using Gantry.Coordination;
using Gantry.Domain;
using Gantry.Domain.Hosts;
using Gantry.Store.Records;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Gantry.Control.Hosts.Remote;

/// <summary>The hosts elsewhere, each with its session, and where each container is.</summary>
internal sealed class HostSessions(
    IRemoteHosts remotes, IHostChannels channels, IHostStore hosts, IContainerStore containers, IHostNeighbours neighbours, LocalHost here,
    TimeProvider time, IOptions<RemoteHostOptions> options, ILogger<HostSessions> logger) : ISessionEnd, IAsyncDisposable
{
    /// <summary>How soon it is noticed that this machine's own addresses changed.</summary>
    private static readonly TimeSpan _addressed = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<HostId, (HostSession Session, Host Record)> _sessions = new();
    private readonly ConcurrentDictionary<ContainerId, HostId> _places = new();
    private readonly ConcurrentDictionary<Channel<ContainerStatus>, bool> _watchers = new();
    private readonly Channel<HostId> _presence = Channel.CreateUnbounded<HostId>();
    private readonly Lock _turning = new();
    private Term? _term;
    private Neighbourhood _neighbourhood = new(0, DateTimeOffset.MinValue, [], []);
    private volatile bool _read;

    /// <summary>Hosts whose presence changed; for one reader.</summary>
    public ChannelReader<HostId> PresenceChanges => _presence.Reader;

    public IReadOnlyCollection<HostSession> All => [.. _sessions.Values.Select(s => s.Session)];

    /// <summary>This process leads from now on in that term; or, without one, it stands by: hosts are listened to and told nothing.</summary>
    public void Lead(Term? term)
    {
        lock (_turning)
        {
            _term = term;
            foreach (var (session, _) in _sessions.Values)
                session.Turn(term);
        }
    }

    public HostSession? Find(HostId host) => _sessions.TryGetValue(host, out var known) ? known.Session : null;

    /// <summary>A host that no record knows any more is lost.</summary>
    public HostPresence PresenceOf(HostId host) =>
        host == here.Id ? HostPresence.Ready : Find(host)?.Presence ?? (_read ? HostPresence.Lost : HostPresence.Unknown);

    /// <summary>Processors, as the host said when it joined.</summary>
    public int CoresOf(HostId host) => _sessions.TryGetValue(host, out var known) ? (int)(known.Record.Capacity.GetValueOrDefault("cpu") / 1000) : Environment.ProcessorCount;

    /// <summary>The session of the host that has a container; null when it is here, or nowhere.</summary>
    public HostSession? Of(ContainerId id) => _places.TryGetValue(id, out var host) ? Find(host) : null;

    /// <summary>Likewise, also for a container that another process has just started and whose host has not reported it yet.</summary>
    public async Task<HostSession?> OfAsync(ContainerId id, CancellationToken token)
    {
        if (Of(id) is { } known)
            return known;
        if (All.Count > 0 && await containers.FindAsync(id, token).ConfigureAwait(false) is { Host: { } host } && Find(host) is { } session)
        {
            Locate(id, host);
            return session;
        }

        return null;
    }

    /// <summary>From now on the container is, or is about to be, on that host.</summary>
    public void Locate(ContainerId id, HostId host) => _places[id] = host;

    public void Forget(ContainerId id)
    {
        if (_places.TryRemove(id, out var host))
            Find(host)?.Forget(id);
    }

    /// <summary>Begins with hosts that are new in the records, and ends with those that were removed.</summary>
    /// <returns>All hosts of the records.</returns>
    public async Task<IReadOnlyList<Host>> RefreshAsync(CancellationToken token)
    {
        var all = await hosts.ListAsync(token).ConfigureAwait(false);
        var records = all.Where(h => h is { Address: not null, RemovedAt: null }).ToDictionary(h => h.Id);
        foreach (var (id, known) in _sessions)
            if (!records.TryGetValue(id, out var record) || record.Address != known.Record.Address)
            {
                await EndAsync(id).ConfigureAwait(false);
                known.Session.Leave();
            }

        foreach (var record in records.Values.Where(r => !_sessions.ContainsKey(r.Id)))
            Begin(record);
        _read = true;
        await MeetAsync(records.Values, token).ConfigureAwait(false);
        return all;
    }

    /// <summary>
    /// Suspects and gives up the hosts that fall silent. Not all silence is theirs, and whoever is given up wrongly stops what it runs when it is heard again:
    /// time in which this process stood still counts for nothing; while no host is heard at all, the fault is likelier on this side, and there is nobody who could take
    /// over; and a process that has just begun with many hosts waits for each of them as long as it still hears new ones.
    /// </summary>
    public async Task WatchSilenceAsync(CancellationToken token)
    {
        var beat = options.Value.Beat;
        using var timer = new PeriodicTimer(beat / 4, time);
        var (looked, connecting, alone) = (time.GetUtcNow(), DateTimeOffset.MinValue, DateTimeOffset.MinValue);
        List<HostSession> unheard = [];
        while (await timer.WaitForNextTickAsync(token).ConfigureAwait(false))
        {
            var now = time.GetUtcNow();
            var stood = now - looked - beat;
            looked = now;
            var all = All;
            if (unheard.Exists(s => s.Presence == HostPresence.Ready))
                connecting = now;
            if (!here.TakesContainers && all.All(s => s.Presence != HostPresence.Ready))
                alone = now;
            unheard = [.. all.Where(s => s.Presence == HostPresence.Unknown)];
            foreach (var session in all)
                session.Look(now, stood > TimeSpan.Zero ? stood : TimeSpan.Zero, connecting, alone);
        }
    }

    /// <summary>Status changes of containers elsewhere, from now on.</summary>
    public IAsyncEnumerable<ContainerStatus> WatchAsync(CancellationToken token)
    {
        var channel = Channel.CreateUnbounded<ContainerStatus>(new UnboundedChannelOptions { SingleReader = true });
        _watchers[channel] = true;
        token.Register(() =>
        {
            _watchers.TryRemove(channel, out _);
            channel.Writer.TryComplete();
        });
        return channel.Reader.ReadAllAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var id in _sessions.Keys)
            await EndAsync(id).ConfigureAwait(false);
    }

    /// <remarks>A container without a written place may have been started there by a process that was killed before it could write.</remarks>
    public async Task<IReadOnlyCollection<ContainerId>> KeptAsync(HostSession session, CancellationToken token) =>
        (await containers.ListLiveAsync(session.Id, token).ConfigureAwait(false))
        .Where(c => c.Host == session.Id || (c.Host is null && (!_places.TryGetValue(c.Id, out var host) || host == session.Id)))
        .Select(c => c.Id).ToHashSet();

    public int NeighbourhoodVersion => _neighbourhood.Version;

    public (int Version, IReadOnlyCollection<HostNeighbour> Hosts, IReadOnlyCollection<string> Routers, HostOverlay? Overlay) NeighboursOf(HostSession session)
    {
        var now = _neighbourhood;
        var own = now.Hosts.FirstOrDefault(h => h.Id == session.Id).Neighbour;
        return (now.Version, [.. now.Hosts.Where(h => h.Id != session.Id).Select(h => h.Neighbour)], now.Routers, own is null ? null : OverlayOf(own.Address, now.Hosts, now.Routers));
    }

    public void Changed(HostSession session, ContainerStatus status)
    {
        _places.AddOrUpdate(status.Id, session.Id, (id, known) => known == session.Id || status.State == RuntimeState.Exited || IsAlive(id, known) ? known : session.Id);
        foreach (var watcher in _watchers.Keys)
            watcher.Writer.TryWrite(status);
    }

    private bool IsAlive(ContainerId id, HostId host) => Find(host) is { Presence: HostPresence.Ready } session && session.StatusOf(id) is { State: not RuntimeState.Exited };

    public void PresenceChanged(HostSession session) => _presence.Writer.TryWrite(session.Id);

    /// <summary>Ends the loop that reads the changes, and with it the process.</summary>
    public void Died(Exception exception) => _presence.Writer.TryComplete(exception);

    private void Begin(Host record)
    {
        var remote = remotes.Open(record.Address!, channels.Open(record));
        var session = new HostSession(record, remote, this, options.Value, time, logger);
        lock (_turning)
        {
            session.Turn(_term);
            _sessions[record.Id] = (session, record);
        }

        session.Start();
    }

    /// <summary>Hosts reach each other's containers by the hosts' own addresses; routers are let in, nobody else is.</summary>
    private async Task MeetAsync(IEnumerable<Host> records, CancellationToken token)
    {
        var known = records.Where(r => r.Subnet is not null).OrderBy(r => r.Id.Value, StringComparer.Ordinal)
            .Select(r => (r.Id, Neighbour: new HostNeighbour(r.Subnet!, IPEndPoint.Parse(r.Address!).Address.ToString()))).ToList();
        var (told, now) = (_neighbourhood, time.GetUtcNow());
        var same = known.SequenceEqual(told.Hosts);
        if (same && now - told.At < _addressed)
            return;
        var routers = options.Value.Routers.Count > 0 ? [.. options.Value.Routers] : known.Select(k => AddressTowards(k.Neighbour.Address)).OfType<string>().Distinct().ToList();
        if (same && routers.SequenceEqual(told.Routers))
        {
            _neighbourhood = told with { At = now };
            return;
        }

        var overlay = known.Count > 0 && AddressTowards(known[0].Neighbour.Address) is { } local ? OverlayOf(local, known, routers) : null;
        await neighbours.MeetAsync([.. known.Select(k => k.Neighbour)], [], overlay, token).ConfigureAwait(false);
        _neighbourhood = new Neighbourhood(told.Version + 1, now, known, routers);
    }

    private HostOverlay? OverlayOf(string local, IEnumerable<(HostId Id, HostNeighbour Neighbour)> known, IEnumerable<string> routers) =>
        options.Value.Overlay == OverlayKind.None ? null
        : new HostOverlay(options.Value.OverlayId, options.Value.OverlayPort, local, [.. known.Select(k => k.Neighbour.Address).Concat(routers).Distinct().Order(StringComparer.Ordinal)]);

    /// <summary>The address that packets to a host leave with; null while no way leads to it. No packet is sent for this.</summary>
    private static string? AddressTowards(string host)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            socket.Connect(IPAddress.Parse(host), 9);
            return ((IPEndPoint)socket.LocalEndPoint!).Address.ToString();
        }
        catch (SocketException)
        {
            return null;
        }
    }

    private async Task EndAsync(HostId id)
    {
        if (_sessions.TryRemove(id, out var known))
            await known.Session.DisposeAsync().ConfigureAwait(false);
    }

    private sealed record Neighbourhood(int Version, DateTimeOffset At, IReadOnlyList<(HostId Id, HostNeighbour Neighbour)> Hosts, IReadOnlyList<string> Routers);
}
